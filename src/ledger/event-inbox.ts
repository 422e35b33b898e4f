import { z } from 'zod'
import type { EventInbox } from '../domain/ledger.ts'
import type { Database } from './database.ts'
import { guard } from './guard.ts'
import { fromUpstreamState, storable, toUpstreamState } from './rows.ts'
import { noRow, once, prepareStatement } from './statement.ts'

/** Makes the keeper of events about projects that nobody knows yet. */
export const createEventInbox = (database: Database): EventInbox => ({
  kept: createKept(database),
  ...createKeeping(database),
})

/** Asked after each create: its event may have come before its answer. */
const createKept = (database: Database): EventInbox['kept'] => {
  const find = prepareStatement<{ readonly project_id: string }, { state: string }>(
    'find_kept_events',
    z.object({ state: z.string() }),
    (slot) =>
      database.db
        .selectFrom('kept_events')
        .select('state')
        .where('project_id', '=', slot('project_id'))
        .orderBy('received_at'),
  )
  return (projectId) =>
    guard(async () => {
      const { rows } = await database.run(find({ project_id: projectId }))
      // One that another version kept and this one cannot read must not stand in the way of the others.
      return rows.flatMap(({ state }) => toUpstreamState(state) ?? [])
    })
}

const createKeeping = ({ db, run }: Database): Omit<EventInbox, 'kept'> => ({
  keep: (state, receivedAt) =>
    guard(async () => {
      const kept = db
        .insertInto('kept_events')
        .values({
          project_id: state.id,
          status: state.status ?? '',
          received_at: receivedAt.getTime(),
          name: state.name === null ? null : storable(state.name),
          state: fromUpstreamState(state),
        })
        // The same project and status is the same event, delivered again (docs: webhooks).
        .onConflict((conflict) => conflict.columns(['project_id', 'status']).doNothing())
      await run(once(noRow, kept))
    }),
  keptProjects: () =>
    guard(async () => {
      const rows = await db.selectFrom('kept_events').select('project_id').distinct().execute()
      return rows.map(({ project_id }) => project_id)
    }),
  placeableProjects: () =>
    guard(async () => {
      const rows = await db
        .selectFrom('kept_events')
        .select('project_id')
        .distinct()
        .where((where) =>
          where.or([
            where('name', 'is', null),
            where('name', 'in', where.selectFrom('submissions').select('name').where('state', '<>', 'ACCEPTED')),
            where('project_id', 'in', where.selectFrom('jobs').select('id')),
          ]),
        )
        .execute()
      return rows.map(({ project_id }) => project_id)
    }),
  forget: (projectId) =>
    guard(async () => {
      await run(once(noRow, db.deleteFrom('kept_events').where('project_id', '=', projectId)))
    }),
  forgetBefore: (receivedAt) =>
    guard(async () => {
      await run(once(noRow, db.deleteFrom('kept_events').where('received_at', '<', receivedAt.getTime())))
    }),
})

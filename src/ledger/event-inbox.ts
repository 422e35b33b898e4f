import type { EventInbox } from '../domain/ledger.ts'
import type { Database } from './database.ts'
import { guard } from './guard.ts'
import { fromUpstreamState, storable, toUpstreamState } from './rows.ts'

/** Makes the keeper of events about projects that nobody knows yet. */
export const createEventInbox = ({ db }: Database): EventInbox => ({
  keep: (state, receivedAt) =>
    guard(async () => {
      await db
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
        .execute()
    }),
  kept: (projectId) =>
    guard(async () => {
      const rows = await db
        .selectFrom('kept_events')
        .select('state')
        .where('project_id', '=', projectId)
        .orderBy('received_at')
        .execute()
      // One that another version kept and this one cannot read must not stand in the way of the others.
      return rows.flatMap(({ state }) => toUpstreamState(state) ?? [])
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
    guard(async () => void (await db.deleteFrom('kept_events').where('project_id', '=', projectId).execute())),
  forgetBefore: (receivedAt) =>
    guard(
      async () => void (await db.deleteFrom('kept_events').where('received_at', '<', receivedAt.getTime()).execute()),
    ),
})

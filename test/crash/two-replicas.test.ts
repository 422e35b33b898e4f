import { expect, test } from 'vitest'
import { startStubMagicHour } from '../support/stub-magic-hour.ts'
import { createTestDatabase } from '../support/postgres/database.ts'
import { openReplica } from '../ledger/databases.ts'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { askedAbout, makeJob, untilAsked, waitForJob } from './asking.ts'
import { rememberQuickRenders } from './quick-renders.ts'
import { startReplica } from './replicas.ts'

const authorization = 'Bearer gateway-key-of-the-shop'

test(
  'each job has one poller over two replicas, and the other takes over when that one is killed and its leases are over',
  { timeout: 60_000 },
  async () => {
    await using database = await createTestDatabase()
    await prepare(database.url)
    await using magicHour = await startStubMagicHour()
    const answers = Promise.withResolvers<void>()
    magicHour.holdProjects(answers.promise)
    const pollers = (id: string): string[] => [...new Set(askedAbout(magicHour, id).map(String))]
    const start = (name: string) =>
      startReplica({
        DATABASE_URL: database.url,
        MAGIC_HOUR_BASE_URL: magicHour.url.href,
        // Both are keys of the one account, so that Magic Hour can tell the replicas apart.
        MAGIC_HOUR_API_KEY: `key-of-${name}`,
        GATEWAY_KEYS: 'shop:gateway-key-of-the-shop',
      })
    await using doomed = await start('the-doomed')
    const ids = await Promise.all([1, 2, 3].map(() => makeJob({ replica: doomed, authorization })))
    await untilAsked(magicHour, () => ids.every((id) => pollers(id).length > 0))

    await using heir = await start('the-heir')
    const shared = await makeJob({ replica: heir, authorization })
    await untilAsked(magicHour, () => pollers(shared).length > 0)
    expect(ids.map(pollers)).toEqual(ids.map(() => ['Bearer key-of-the-doomed']))
    expect(pollers(shared)).toHaveLength(1)

    doomed.program.process.kill('SIGKILL')
    await doomed.program.ended
    const late = await makeJob({ replica: heir, authorization })
    await untilAsked(magicHour, () => pollers(late).length > 0)
    expect(ids.map(pollers)).toEqual(ids.map(() => ['Bearer key-of-the-doomed']))

    // A minute passes for what the dead one held.
    await database.query(
      'update jobs set lease_until = 0 where lease_owner in (select lease_owner from jobs where id = $1)',
      ids.slice(0, 1),
    )
    await untilAsked(magicHour, () => ids.every((id) => pollers(id).includes('Bearer key-of-the-heir')))
    const all = [...ids, shared, late]
    for (const id of all) magicHour.set(id, 'complete')
    answers.resolve()
    const jobs = await Promise.all(all.map((id) => waitForJob({ replica: heir, authorization }, id)))
    expect(jobs.map(({ data }) => data)).toEqual(all.map((id) => ({ job: { id, status: 'COMPLETE' } })))
  },
)

const prepare = async (url: string): Promise<void> => {
  const database = openReplica(url)
  await migrate(database)
  await rememberQuickRenders(createLedger(database, createHub()))
  await database.close()
}

import { describe, expect, test } from 'vitest'
import { createHub } from '../../src/events/hub.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import { recordStatements, testDatabases } from './databases.ts'

const databases = testDatabases()

describe.each(databases)('what looks for open submissions on $name', ({ open }) => {
  const manyAccepted = `
    with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into submissions (id, tenant, account, arguments_hash, name, started_at, state, lease_until, job_id)
    select 'submission-' || i, 'tenant', 'server', '', '', 1000 * i, 'ACCEPTED', 1000 * i, 'job-' || i from n`

  test('reads the open ones alone, however many were accepted', async () => {
    await using opened = await open()
    await opened.query(manyAccepted)
    await opened.query('analyze')
    const { database, statements } = recordStatements(opened.database)
    const ledger = createLedger(database, createHub())

    await ledger.doubtExpired(new Date(9_000_000))
    await ledger.hasOpenSubmissions(new Date(0))
    await ledger.findOpenSubmissions({ name: 'Mug', token: 'token', startedSince: new Date(0) })

    expect(statements).toHaveLength(3)
    for (const statement of statements) expect(await opened.planOf(statement)).toContain('submissions_open')
  })
})

import { Secret } from '../../src/domain/secret.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'
import type { DatabaseKind } from './store.ts'
import { gatewayKey, passedThroughTenant, resultUrl } from './wire.ts'

/** How many jobs of a table are `CANCELED`, however many there are. Of 20 others one is an `ERROR`; the rest is `COMPLETE`. */
export const canceledRows = 10
/** When the newest of them was made; each is a second older than the next. */
export const newestAtMs = Date.UTC(2026, 0, 1)
/** How much older each job is than the next, in milliseconds. */
export const spacingMs = 1_000

interface Dialect {
  /** Yields the numbers from 1 on, as `i`. */
  readonly numbers: (rows: number) => string
  /** An id like Magic Hour's: 25 characters, in no order. */
  readonly jobId: string
  /** A key as a client makes them: 36 characters, in no order. */
  readonly key: string
  /** A number in hexadecimal, so many digits long. */
  readonly hex: (value: string, digits: number) => string
  readonly before: readonly string[]
  /** What the database does by itself in time. */
  readonly after: readonly string[]
}

/** Knuth's multiplicative hash: neighbours are far apart. */
const scattered = '(i * 2654435761) % 4294967296'

const dialects: Record<DatabaseKind, Dialect> = {
  sqlite: {
    numbers: (rows) =>
      `(with recursive numbers(i) as (select 1 union all select i + 1 from numbers where i < ${rows}) select i from numbers)`,
    jobId: `'c' || printf('%08x%016x', ${scattered}, i)`,
    key: `printf('%s-%s-%s', lower(hex(randomblob(4))), '0000-4000-8000', lower(hex(randomblob(6))))`,
    hex: (value, digits) => `printf('%0${digits}x', ${value})`,
    before: ['pragma journal_mode = memory', 'pragma synchronous = off', 'pragma cache_size = -500000'],
    after: [],
  },
  postgres: {
    numbers: (rows) => `generate_series(1, ${rows}::bigint) as numbers(i)`,
    jobId: `'c' || lpad(to_hex(${scattered}), 8, '0') || lpad(to_hex(i), 16, '0')`,
    key: 'gen_random_uuid()::text',
    hex: (value, digits) => `lpad(to_hex(${value}), ${digits}, '0')`,
    before: [],
    after: ['vacuum analyze jobs', 'vacuum analyze submissions', 'checkpoint'],
  },
}

/** Statements that fill an up-to-date database with so many finished jobs of one caller, and the submissions that made them. */
export const fillStatements = (kind: DatabaseKind, rows: number): string[] => {
  const dialect = dialects[kind]
  return [...dialect.before, insertJobs(dialect, rows), insertSubmissions(dialect), ...dialect.after]
}

const createdAt = (rows: number): string => `${newestAtMs} - (${rows} - i) * ${spacingMs}`
const isCanceled = (rows: number): string => `i % ${rows / canceledRows} = 0`
const isFailed = 'i % 20 = 7'

const insertJobs = ({ numbers, jobId }: Dialect, rows: number): string => {
  const downloads = JSON.stringify([
    { sealedUrl: linkSeal.seal(new Secret(gatewayKey), resultUrl), expiresAt: Date.UTC(2099, 0, 1) },
  ])
  const ofStatus = (canceled: string, failed: string, complete: string): string =>
    `case when ${isCanceled(rows)} then ${canceled} when ${isFailed} then ${failed} else ${complete} end`
  return `insert into jobs (tenant, id, account, revision, name, name_folded, status, credits_charged, frame_cost,
      image_count, created_at, finished_at, looked_up_at, deleted, downloads, failure_code, failure_message,
      rendered_after_ms, rendered_by_ms, rendered_said_by)
    select '${passedThroughTenant}', ${jobId}, '${passedThroughTenant}', 2, 'A mug', 'A MUG',
      ${ofStatus(`'CANCELED'`, `'ERROR'`, `'COMPLETE'`)}, ${ofStatus('0', '0', '5')}, 5,
      1, ${createdAt(rows)}, ${createdAt(rows)} + 4000, ${createdAt(rows)} + 4000, 0,
      ${ofStatus('null', 'null', `'${downloads}'`)}, ${ofStatus('null', `'processing_timeout'`, 'null')},
      ${ofStatus('null', `'It took too long.'`, 'null')}, 3000, 4000, 'LOOKUP'
    from ${numbers(rows)}`
}

/** Their ids are in the order of time, as those of the gateway are. */
const insertSubmissions = ({ key, hex }: Dialect): string => `
  insert into submissions (id, tenant, account, idempotency_key, arguments_hash, name, token, started_at, state,
      lease_until, job_id)
    select ${hex('created_at / 65536', 8)} || '-' || ${hex('created_at % 65536', 4)} || '-7000-8000-' || ${hex('created_at', 12)},
      tenant, account, ${key}, '${'0123456789abcdef'.repeat(4)}', name, null, created_at, 'ACCEPTED',
      created_at + 15000, id
    from jobs order by created_at`

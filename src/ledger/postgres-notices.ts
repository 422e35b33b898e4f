import { Client, type Notification } from 'pg'
import { z } from 'zod'
import type { Job } from '../domain/job.ts'
import type { JobLedger } from '../domain/ledger.ts'
import type { Clock } from '../domain/ports.ts'
import type { ChangeListener } from './ledger.ts'
import { createSockets } from './postgres-sockets.ts'
import { jobRow, toJob } from './rows.ts'

interface NoticesOptions {
  readonly url: string
  readonly clock: Pick<Clock, 'sleep'>
  readonly ledger: Pick<JobLedger, 'find'>
  readonly listener: ChangeListener & {
    /** Whether anybody waits for the job: else a notice that only names it is not worth a look. */
    isAwaited(job: Pick<Job, 'tenant' | 'id'>): boolean
  }
  /** Called each time the notices begin to come (again): what changed before may have been missed. */
  readonly onListening: () => void
  readonly onLost: (error: Error) => void
}

/** Changes as PostgreSQL tells them to all replicas. */
export interface Notices {
  /** Ends the connection. */
  close(): Promise<void>
}

const channels = ['magic_hour_graphql_jobs', 'magic_hour_graphql_submissions'] as const
const reconnectAfterMs = 500

/** A server that takes the connection and says nothing must not keep the next attempt, or the end of the program, waiting. */
const connectTimeoutMs = 10_000

/** A connection that only listens does not notice by itself that the other end is gone; the system asks for no less than 2 h. */
const keepAliveAfterMs = 10_000

/**
 * Listens on a connection of its own, and makes a new one when it breaks.
 *
 * @throws the driver's error when the first connection fails
 */
export const listenForNotices = async (options: NoticesOptions): Promise<Notices> => {
  const closing = new AbortController()
  let client = await connect(options)
  const keepListening = async (): Promise<void> => {
    for (;;) {
      const error = await client.lost
      if (closing.signal.aborted) return undefined
      options.onLost(error)
      client = await reconnect(options, closing.signal)
      // Made while `close` ended the one before.
      if (closing.signal.aborted) return client.end()
    }
  }
  const listening = keepListening()
  return {
    close: async () => {
      closing.abort()
      await client.end()
      await listening
    },
  }
}

interface Listening {
  /** Resolves when the connection has ended. */
  readonly lost: Promise<Error>
  end(): Promise<void>
}

const connect = async (options: NoticesOptions): Promise<Listening> => {
  const sockets = createSockets()
  const client = new Client({
    connectionString: options.url,
    application_name: 'magic-hour-graphql notices',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    stream: sockets.open,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
  })
  const { promise: lost, resolve } = Promise.withResolvers<Error>()
  client.on('error', resolve)
  client.on('end', () => resolve(new Error('The connection for notices ended.')))
  const end = (): Promise<void> => sockets.closeAfter(client.end())
  let told = Promise.resolve()
  client.on('notification', (notice) => {
    // One after the other: a state that has to be read first must not be told after the next one.
    // What a newer version wrote may not be understood here, which is as if it had not been told.
    told = told.then(() => tell(options, notice)).catch(() => undefined)
  })
  try {
    await client.connect()
    for (const channel of channels) await client.query(`listen ${channel}`)
  } catch (error) {
    // A standby takes connections, but does not let them listen.
    await end()
    throw error
  }
  options.onListening()
  return { lost, end }
}

const reconnect = async (options: NoticesOptions, signal: AbortSignal): Promise<Listening> => {
  for (;;) {
    await options.clock.sleep(reconnectAfterMs, signal)
    if (signal.aborted) return { lost: Promise.resolve(new Error('closing')), end: () => Promise.resolve() }
    const client = await connect(options).catch(() => null)
    if (client !== null) return client
  }
}

const jobNotice = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('no JSON')
      return z.NEVER
    }
  })
  .pipe(z.object({ tenant: z.string(), id: z.string(), row: jobRow.nullable() }))

const tell = async ({ listener, ledger }: NoticesOptions, { channel, payload }: Notification): Promise<void> => {
  if (channel === channels[1]) return listener.submissionChanged(payload ?? '')
  const { data: notice } = jobNotice.safeParse(payload)
  if (notice === undefined || !listener.isAwaited(notice)) return undefined
  if (notice.row !== null) return listener.jobChanged(toJob(notice.row))
  const [job] = await ledger.find(notice.tenant, [notice.id]).catch(() => [])
  return job === undefined ? undefined : listener.jobChanged(job)
}

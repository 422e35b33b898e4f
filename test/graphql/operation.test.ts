import { describe, expect, test } from 'vitest'
import { createContextFactory } from '../../src/graphql/context.ts'
import { OperationRefused, createOperations } from '../../src/graphql/operation.ts'
import { createSchema } from '../../src/graphql/schema.ts'
import type { Job } from '../../src/domain/job.ts'
import { aCaller, aJob } from '../support/builders.ts'

/** Operations over use cases of which only one works. */
const prepare = (query: string, states: (signal: AbortSignal) => AsyncGenerator<Job, void, void>) => {
  const logged: object[] = []
  const fail = () => Promise.reject(new TypeError('the disk at /var/secret is gone'))
  const operations = createOperations({
    schema: createSchema(),
    createContext: createContextFactory({
      authenticate: () => aCaller(),
      useCases: {
        submitJob: fail,
        readJobs: fail,
        deleteJob: fail,
        readDownloads: fail,
        listJobs: fail,
        followJob: { wait: fail, watch: (_caller, _id, signal) => states(signal) },
        settleSubmission: { resolve: fail, abandon: fail },
        permanentUrl: () => '',
        createUploads: fail,
        magicHour: { getAccount: fail },
      },
    }),
    log: { info: () => undefined, error: (fields) => void logged.push(fields) },
    isSandbox: false,
    isStopping: () => false,
  })
  return { logged, operation: operations.prepare({ query }, { authorization: undefined, requestId: 'trace-1' }) }
}

const watch = 'subscription { again: jobUpdated(id: "job-1") { status } }'

describe('a fault that nobody foresaw is «Internal error» outside, and in the log with its stack,', () => {
  const told = { message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR', charged: 'UNKNOWN' } }

  test('in a field', async () => {
    const { logged, operation } = prepare('{ job(id: "job-1") { id } }', () => noStates())
    const { value } = await operation.results.next()
    expect(value).toMatchObject({ data: { job: null }, errors: [{ ...told, path: ['job'] }] })
    expect(JSON.stringify(value)).not.toContain('/var/secret')
    expect(logged).toMatchObject([{ requestId: 'trace-1', err: { message: 'the disk at /var/secret is gone' } }])
  })

  test('in the midst of a subscription, which it ends', async () => {
    const { logged, operation } = prepare(watch, async function* () {
      yield aJob('QUEUED')
      throw new TypeError('the disk at /var/secret is gone')
    })
    expect(await operation.results.next()).toEqual({ done: false, value: { data: { again: { status: 'QUEUED' } } } })
    const error: unknown = await operation.results.next().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OperationRefused)
    expect(error).toMatchObject({ result: { errors: [{ ...told, path: ['again'] }] } })
    expect(JSON.stringify(error)).not.toContain('/var/secret')
    expect(logged).toHaveLength(1)
    await operation.ended
  })
})

describe('an operation that is returned from', () => {
  test('before it began has ended, and nothing is run', async () => {
    let isRun = false
    const { operation } = prepare(watch, () => {
      isRun = true
      return noStates()
    })
    await operation.results.return?.()
    await operation.ended
    expect(isRun).toBe(false)
  })

  test('while it waits for the next state ends at once, and so does what it waits for', async () => {
    let isLeft = false
    const { operation } = prepare(watch, async function* (signal) {
      try {
        yield aJob('QUEUED')
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve())
        })
      } finally {
        isLeft = true
      }
    })
    await operation.results.next()
    const next = operation.results.next()
    await operation.results.return?.()
    expect([await next, isLeft]).toEqual([{ done: true, value: undefined }, true])
    await operation.ended
  })
})

const noStates = async function* (): AsyncGenerator<Job, void, void> {}

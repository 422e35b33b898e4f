import { describe, expect, test } from 'vitest'
import type { Caller } from '../../src/domain/caller.ts'
import { InsufficientCredits, JobNotRecorded, SubmissionUnknown } from '../../src/domain/errors.ts'
import type { Job } from '../../src/domain/job.ts'
import { createContextFactory } from '../../src/graphql/context.ts'
import { createServer } from '../../src/graphql/server.ts'
import { aCaller, aJob } from '../support/builders.ts'

const noOtherUseCases = {
  readDownloads: () => Promise.resolve(null),
  listJobs: () => Promise.resolve({ jobs: [], hasNextPage: false, hasPreviousPage: false }),
  followJob: { wait: (_caller: Caller, job: Job) => Promise.resolve(job), watch: () => noStates() },
  settleSubmission: { resolve: () => Promise.resolve(aJob()), abandon: () => Promise.resolve() },
  permanentUrl: () => '',
}
const noStates = async function* (): AsyncGenerator<Job, void, void> {}

const remove = 'mutation { removeBackground(assets: { imageFilePath: "https://example.com/a.png" }) { id } }'

/** What the log says at the level of errors when a submission ends like this. */
const errorsLogged = async (failure: Error): Promise<unknown[]> => {
  const logged: unknown[] = []
  const log = { info: () => undefined, error: (fields: object) => void logged.push(fields) }
  const createContext = createContextFactory({
    authenticate: () => aCaller(),
    useCases: {
      submitJob: () => Promise.reject(failure),
      readJobs: () => Promise.resolve([]),
      deleteJob: () => Promise.resolve(aJob()),
      ...noOtherUseCases,
      createUploads: () => Promise.resolve([]),
      magicHour: { getAccount: () => Promise.resolve(null) },
    },
  })
  const contextValue = createContext({ authorization: '', requestId: 'trace-1', signal: new AbortController().signal })
  const server = createServer({ log, isSandbox: false, hasLandingPage: false })
  await server.executeOperation({ query: remove }, { contextValue })
  await server.stop()
  return logged
}

describe('the log tells, under the id of the request,', () => {
  test('the id of a paid job that could not be recorded, and why not', async () => {
    const err = new RangeError('disk full')
    expect(await errorsLogged(new JobNotRecorded('paid-1', err))).toEqual([
      { requestId: 'trace-1', code: 'JOB_NOT_RECORDED', jobId: 'paid-1', err },
    ])
  })

  test('what made it unknown whether a job was made', async () => {
    const err = new TypeError('a bug of ours')
    expect(await errorsLogged(new SubmissionUnknown('', { cause: err }))).toEqual([
      { requestId: 'trace-1', code: 'SUBMISSION_UNKNOWN', err },
    ])
  })

  test('nothing as an error that cost nothing and that the client is told of', async () => {
    expect(await errorsLogged(new InsufficientCredits())).toEqual([])
  })
})

import { expect, test } from 'vitest'
import { ServerUnreachable } from '../../src/cli/failures.ts'
import { StillUnfinished, followJob } from '../../src/cli/follow-job.ts'
import type { RemovalJob } from '../../src/cli/operations.ts'

const aJob = (status: string): RemovalJob => ({
  id: 'job-1',
  status,
  creditsCharged: 5,
  deleted: false,
  createdAt: null,
  downloads: null,
  error: null,
})

/** Follows a job whose server takes as long as it is asked to wait, on a clock of its own. */
const follow = async (answers: readonly (string | Error)[], limitMs = 600_000) => {
  let nowMs = 0
  const waits: number[] = []
  const job = async (_id: string, waitForSeconds: number): Promise<RemovalJob> => {
    const answer = answers[waits.length] ?? 'QUEUED'
    waits.push(waitForSeconds)
    nowMs += waitForSeconds * 1_000
    if (answer instanceof Error) throw answer
    return aJob(answer)
  }
  const ended = await followJob(aJob('QUEUED'), {
    api: { job },
    signal: new AbortController().signal,
    limitMs,
    onAnswer: () => {},
    now: () => nowMs,
  }).catch((error: unknown) => error)
  return { ended, waits, nowMs }
}

test('a job that is final already is not asked for', async () => {
  const { waits } = await followOne('COMPLETE')
  expect(waits).toBe(0)
})

test('the waits grow, so that Magic Hour is asked less often the longer it takes', async () => {
  const { ended, waits } = await follow(['QUEUED', 'QUEUED', 'RENDERING', 'RENDERING', 'COMPLETE'])
  expect(ended).toMatchObject({ status: 'COMPLETE' })
  expect(waits).toEqual([3, 6, 12, 25, 25])
})

test('a status that this version does not know is waited out', async () => {
  expect((await follow(['POLISHING', 'COMPLETE'])).ended).toMatchObject({ status: 'COMPLETE' })
})

test('a job without an end is given up when the time is over', async () => {
  const { ended, nowMs } = await follow([], 600_000)
  expect(ended).toBeInstanceOf(StillUnfinished)
  expect(nowMs).toBeGreaterThanOrEqual(600_000)
  expect(nowMs).toBeLessThan(626_000)
})

test('a server that stays away is given up when the time is over', async () => {
  const away = new ServerUnreachable('http://127.0.0.1:9', new Error('away'))
  expect((await follow([away, away, away], 9_000)).ended).toBe(away)
})

const followOne = async (status: string) => {
  let waits = 0
  await followJob(aJob(status), {
    api: {
      job: async () => {
        waits += 1
        return null
      },
    },
    signal: new AbortController().signal,
    limitMs: 1,
    onAnswer: () => {},
    now: () => 0,
  })
  return { waits }
}

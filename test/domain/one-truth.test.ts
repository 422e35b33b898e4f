import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Job, isFinal, rankOf } from '../../src/domain/job.ts'
import type { UpstreamState } from '../../src/domain/ports.ts'
import type { Submission } from '../../src/domain/submission.ts'
import { aDownload, aState, aSubmission } from '../support/builders.ts'
import { openReplica, storedJob } from './looking-up.ts'
import { created } from './submitting.ts'

const id = 'job-1'
const place = { tenant: 'tenant-1', id }
const token = 'abcdefgh23456'
const link = [aDownload('2026-01-02T00:00:00Z')]
const failure = { code: 'no_source_face', message: 'There is no face.' }

/** One thing that Magic Hour says of the job, and how we hear of it. */
interface News {
  readonly by: 'EVENT' | 'LOOKUP'
  readonly state: UpstreamState
}

/** How a job goes. `name` and `bare` are settled by the run. */
interface Story {
  readonly end: 'COMPLETE' | 'ERROR' | 'CANCELED'
  readonly isDeleted: boolean
  readonly isBare: boolean
  readonly submission: Submission
}

const submissions = {
  named: aSubmission({ name: 'Mug' }),
  token: aSubmission({ name: `Background Remover - 2026-01-01 [mhg-${token}]`, token }),
}

const anyStory: fc.Arbitrary<Story> = fc.record({
  end: fc.constantFrom('COMPLETE', 'ERROR', 'CANCELED'),
  isDeleted: fc.boolean(),
  isBare: fc.boolean(),
  submission: fc.constantFrom(submissions.named, submissions.token),
})

/** All that is said of a job, in the order it happens. Of a cancel there is no event; the guides' events leave most fields out. */
const newsOf = ({ end, isBare, isDeleted, submission: { name, startedAt } }: Story): News[] => {
  const said = { name, createdAt: startedAt, imageCount: 1, creditsCharged: 5 }
  const done = { ...said, downloads: end === 'COMPLETE' ? link : [], failure: end === 'ERROR' ? failure : null }
  const refunded = { ...done, ...(end === 'ERROR' && { creditsCharged: 0 }) }
  const bare = { name, type: null, downloads: [], failure: null }
  return [
    { by: 'LOOKUP', state: aState('DRAFT', said) },
    { by: 'LOOKUP', state: aState('QUEUED', said) },
    { by: 'LOOKUP', state: aState(null, said) },
    { by: 'EVENT', state: aState('RENDERING', isBare ? bare : said) },
    { by: 'LOOKUP', state: aState('RENDERING', said) },
    ...(end === 'CANCELED' ? [] : [{ by: 'EVENT', state: aState(end, isBare ? bare : done) } as const]),
    { by: 'LOOKUP', state: aState(end, refunded) },
    ...(isDeleted
      ? [{ by: 'LOOKUP', state: aState(end, { ...refunded, downloads: [], deleted: true }) } as const]
      : []),
  ]
}

/** The story, which of its news come (some twice, some never), in which order, and after how many of them the create's answer. */
const anyRun = anyStory.chain((story) => {
  const news = newsOf(story)
  return fc.record({
    story: fc.constant(story),
    news: fc.shuffledSubarray([...news, ...news], { minLength: 1 }),
    answeredAfter: fc.nat({ max: 2 * news.length }),
    atOnce: fc.integer({ min: 1, max: 3 }),
  })
})

type Run = typeof anyRun extends fc.Arbitrary<infer Value> ? Value : never

/** Lets it all come, and the same news in the same order are the same run. */
const live = async ({ story: { submission }, news, answeredAfter, atOnce }: Run) => {
  let answer: UpstreamState | null = null
  const replica = await openReplica({ answer: () => answer })
  const { stored, hub, clock, receiveEvent, lookUpJob, recordAnswer } = replica
  const heard: Job[] = []
  const heeded: News[] = []
  hub.onJob(place, (job) => heard.push(job))
  await stored.begin(submission)
  const take = async ({ by, state }: News): Promise<void> => {
    if (by === 'EVENT') {
      heeded.push({ by, state })
      return void (await receiveEvent(state))
    }
    const known = await storedJob(stored, place)
    // Nobody can ask about a job that is not known yet.
    if (known === undefined) return undefined
    heeded.push({ by, state })
    answer = state
    return void (await lookUpJob.now(known, replica.keyring.keyOf('server') ?? unreachable()))
  }
  const takeAll = async (some: readonly News[]): Promise<void> => {
    const looks = some.filter(({ by }) => by === 'LOOKUP')
    const events = some.filter(({ by }) => by === 'EVENT')
    for (let first = 0; first < Math.max(looks.length, events.length); first += atOnce) {
      clock.advance(1_000)
      // Events come at any moment, also while Magic Hour is being asked, which happens once at a time.
      await Promise.all([
        ...events.slice(first, first + atOnce).map(take),
        inTurn(looks.slice(first, first + atOnce), take),
      ])
    }
  }
  await takeAll(news.slice(0, answeredAfter))
  await recordAnswer(submission, created(id))
  await takeAll(news.slice(answeredAfter))
  return { heard, heeded, job: await storedJob(stored, place), kept: await stored.keptProjects() }
}

const inTurn = async (news: readonly News[], take: (one: News) => Promise<void>): Promise<void> => {
  for (const one of news) await take(one)
}

const unreachable = (): never => {
  throw new TypeError('The server has a key.')
}

test('whatever comes, in whatever order, twice or never: the last state of a job is the same', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, async (run) => {
      const { heeded, job, kept } = await live(run)
      const ends = heeded.filter(({ state }) => state.status !== null && isFinal(state.status))
      const isRefunded = ends.some(({ state }) => state.creditsCharged === 0)
      const isTold = ends.some(({ state }) => state.imageCount === 1)
      fc.pre(ends.length > 0)
      expect(job).toMatchObject({
        status: run.story.end,
        name: run.story.submission.name,
        creditsCharged: isRefunded ? 0 : 5,
        deleted: heeded.some(({ state }) => state.deleted),
        ...(isTold && { imageCount: 1 }),
        ...(ends.some(({ state }) => state.downloads.length > 0) && { downloads: link }),
        ...(ends.some(({ state }) => state.failure !== null) && { failure }),
      })
      expect(kept).toEqual([])
    }),
    { numRuns: 100 },
  )
})

test('whatever comes, whoever follows a job sees each state once, in order, and never an earlier status', async () => {
  await fc.assert(
    fc.asyncProperty(anyRun, async (run) => {
      const { heard, job } = await live(run)
      const first = heard[0]?.revision ?? 1
      expect(heard.map(({ revision }) => revision)).toEqual(heard.map((_, index) => first + index))
      const ranks = heard.map(({ status }) => rankOf(status))
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
      const ends = heard.filter(({ status }) => isFinal(status))
      expect(new Set(ends.map(({ status, finishedAt }) => JSON.stringify([status, finishedAt]))).size).toBeLessThan(2)
      if (heard.length > 0) expect(job?.revision).toBe(heard.at(-1)?.revision)
    }),
    { numRuns: 60 },
  )
})

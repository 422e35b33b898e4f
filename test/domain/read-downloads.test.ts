import { describe, expect, test } from 'vitest'
import { UpstreamUnavailable } from '../../src/domain/errors.ts'
import type { Job } from '../../src/domain/job.ts'
import { Secret } from '../../src/domain/secret.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'
import { aCaller, aDownload, aJob, aState } from '../support/builders.ts'
import { type Answer, openReplica, put } from './looking-up.ts'

const caller = aCaller()
const url = 'https://storage.example/result.png?sig=1'
const fresh = aDownload('2026-01-03T00:00:00Z', 'https://storage.example/fresh.png?sig=2')
const freshLink = { url: 'https://storage.example/fresh.png?sig=2', expiresAt: fresh.expiresAt }
const complete = aJob('COMPLETE')
const expiresAt = new Date('2026-01-02T00:00:00Z')
const hour = 3_600_000

/** A replica that knows this job, so many milliseconds after 2026-01-01. */
const openWith = async (
  job: Job,
  ms: number,
  answer: () => Answer = () => aState('COMPLETE', { downloads: [fresh] }),
) => {
  const replica = await openReplica({ answer })
  await put(replica.stored, job)
  replica.clock.advance(ms)
  return replica
}
const sealedWith = (key: string): Job => {
  const download = { sealedUrl: linkSeal.seal(new Secret(key), url), expiresAt }
  return { ...aJob('QUEUED'), status: 'COMPLETE', finishedAt: complete.createdAt, downloads: [download] }
}

describe('a link', () => {
  test('that lives for more than an hour is handed out as it is known', async () => {
    const { readDownloads, asked } = await openWith(complete, 23 * hour - 1)
    expect(await readDownloads(caller, complete)).toEqual([{ url, expiresAt }])
    expect(asked).toEqual([])
  })

  test('that is about to die is fetched anew, once for all who ask', async () => {
    const { readDownloads, asked, stored } = await openWith(complete, 23 * hour)
    const all = await Promise.all([1, 2, 3].map(() => readDownloads(caller, complete)))
    expect(all).toEqual([[freshLink], [freshLink], [freshLink]])
    const [known = complete] = await stored.find('tenant-1', [complete.id])
    expect(await readDownloads(caller, known)).toEqual([freshLink])
    expect(asked).toHaveLength(1)
  })

  test('that was hidden with an earlier key is fetched anew, once', async () => {
    const before = sealedWith('mhk_of_last_year')
    const again = aState('COMPLETE', { downloads: [aDownload(expiresAt.toISOString(), url)] })
    const { readDownloads, asked, stored } = await openWith(before, 0, () => again)
    expect(await readDownloads(caller, before)).toEqual([{ url, expiresAt }])
    const [known = before] = await stored.find('tenant-1', [before.id])
    expect(await readDownloads(caller, known)).toEqual([{ url, expiresAt }])
    expect(asked).toHaveLength(1)
  })

  test('that was hidden with an earlier key gives way to one that lives for less long', async () => {
    const before = sealedWith('mhk_of_last_year')
    const sooner = aDownload('2026-01-01T12:00:00Z', url)
    const { readDownloads } = await openWith(before, 0, () => aState('COMPLETE', { downloads: [sooner] }))
    expect(await readDownloads(caller, before)).toEqual([{ url, expiresAt: sooner.expiresAt }])
  })

  test('that is alive is an answer while Magic Hour is down', async () => {
    const { readDownloads } = await openWith(complete, 24 * hour - 1, () => new UpstreamUnavailable())
    expect(await readDownloads(caller, complete)).toEqual([{ url, expiresAt }])
  })

  test('that is dead is none while Magic Hour is down, and why is said', async () => {
    const { readDownloads } = await openWith(complete, 24 * hour, () => new UpstreamUnavailable())
    await expect(readDownloads(caller, complete)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    const before = await openWith(sealedWith('mhk_of_last_year'), 0, () => new UpstreamUnavailable())
    await expect(before.readDownloads(caller, sealedWith('mhk_of_last_year'))).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
  })

  test('that an event left out is fetched', async () => {
    const bare: Job = { ...complete, status: 'COMPLETE', finishedAt: complete.createdAt, downloads: [] }
    const { readDownloads } = await openWith(bare, 0)
    expect(await readDownloads(caller, bare)).toEqual([freshLink])
    const none = await openWith(bare, 0, () => aState('COMPLETE', { downloads: [] }))
    expect(await none.readDownloads(caller, bare)).toEqual([])
  })

  test('of an image that turns out to be deleted is none', async () => {
    const { readDownloads, stored } = await openWith(complete, 23 * hour, () => null)
    expect(await readDownloads(caller, complete)).toBeNull()
    expect(await stored.find('tenant-1', [complete.id])).toMatchObject([{ deleted: true }])
  })
})

test.for([aJob('QUEUED'), aJob('ERROR'), aJob('CANCELED'), aJob('COMPLETE', { deleted: true })])(
  'a job without a result has no links, and nothing is asked: $status, deleted: $deleted',
  async (job) => {
    const { readDownloads, asked } = await openWith(job, 48 * hour)
    expect(await readDownloads(caller, job)).toBeNull()
    expect(asked).toEqual([])
  },
)

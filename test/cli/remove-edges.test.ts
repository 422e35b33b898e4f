import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect } from 'vitest'
import { CommandFailure } from '../../src/cli/failures.ts'
import { createHalt } from '../../src/cli/halt.ts'
import { openRecords } from '../../src/cli/records.ts'
import { RemovalFailed } from '../../src/cli/removal-failed.ts'
import { test } from './cli-test.ts'
import { type Answer, data, refusal } from './fake-server.ts'
import { linesOf, manyJobs, writePhotos } from './many-photos.ts'

/** A picture that was paid and could not be written, as the system says it. */
const notWritten = (code: string): RemovalFailed =>
  new RemovalFailed(
    new CommandFailure('The picture cannot be written.', {
      code: 'OUTPUT_UNUSABLE',
      cause: Object.assign(new Error(code), { code }),
    }),
    { lines: [], charged: 'YES' },
  )

describe('a picture that cannot be written', () => {
  test.for([
    ['ENOSPC', 1],
    ['EDQUOT', 1],
    ['EROFS', 1],
    ['EACCES', 3],
    ['ENOTDIR', 3],
    ['ENAMETOOLONG', null],
  ] as const)('for %s stops the run after %s photos', ([code, after]) => {
    const halt = createHalt()
    let noted = 0
    while (halt.reason() === null && noted < 10) {
      halt.note(notWritten(code))
      noted += 1
    }
    expect(halt.reason()?.code ?? null).toBe(after === null ? null : 'OUTPUT_UNUSABLE')
    expect(noted).toBe(after ?? 10)
  })

  test('because its folder is gone stops the run after three photos, of which one was paid', async ({
    cli,
    server,
    directory,
  }) => {
    await writePhotos(directory, ['in/1.jpg', 'in/2.jpg', 'in/3.jpg', 'in/4.jpg'])
    const out = join(directory, 'out')
    const spoil = async (): Promise<void> => {
      await rm(out, { recursive: true })
      await writeFile(out, 'a file')
    }
    const job = data({ removeBackground: server.job() })
    server.script.RemoveBackground = [(response) => void spoil().then(() => job(response))]
    const args = ['remove', join(directory, 'in'), '-o', out, '--concurrency', '1', '--json', '--server', server.url]

    const { photos, summary } = linesOf((await cli.runHere(args)).stdout)

    expect(photos[0]).toMatchObject({ jobId: 'job-1', error: { code: 'OUTPUT_UNUSABLE', charged: 'YES' } })
    expect(summary).toMatchObject({ failed: 3, notStarted: 1, stopped: { code: 'OUTPUT_UNUSABLE' }, creditsCharged: 5 })
    expect(server.at('RemoveBackground')).toHaveLength(1)
  })

  test('because its name would be too long is found out before it is paid', async ({ cli, server, directory }) => {
    // 241 bytes with what is put to it are 256.
    await writePhotos(directory, [`in/${'ж'.repeat(118)}.jpg`, `in/${'ж'.repeat(119)}ab.jpg`])

    const { stdout } = await cli.runHere(['remove', join(directory, 'in'), '--json', '--server', server.url])

    expect(new Map(linesOf(stdout).photos.map(({ status, error }) => [status, error?.code]))).toEqual(
      new Map([
        ['done', undefined],
        ['failed', 'OUTPUT_UNUSABLE'],
      ]),
    )
    expect(server.at('RemoveBackground')).toHaveLength(1)
  })
})

describe.concurrent('the record of what is paid', () => {
  test('that takes nothing more, as on a full disk, stops the run', async ({ directory }) => {
    const folder = join(directory, 'state')
    openRecords(folder, false).close()
    const records = openRecords(folder, false)
    using other = new DatabaseSync(join(folder, 'removals.sqlite'))
    other.exec(
      `create trigger full before insert on removals begin select raise(abort, 'database or disk is full'); end`,
    )
    const removal = { requestKey: 'key', imageFilePath: null, backgroundFilePath: null }

    const halt = createHalt()
    try {
      records.begin('content', removal)
    } catch (error) {
      halt.note(error)
    }
    expect(halt.reason()).toMatchObject({ code: 'STATE_UNUSABLE', charged: 'NO' })
    records.close()
  })

  test('of a newer version is refused in words', async ({ cli, server, directory, photo }) => {
    const args = ['remove', photo, '--server', server.url, '--state', join(directory, 'state')]
    await cli.runHere(args)
    const [account = ''] = await readdir(join(directory, 'state'))
    const database = new DatabaseSync(join(directory, 'state', account, 'removals.sqlite'))
    database.exec('pragma user_version = 99; alter table removals rename to removed')
    database.close()

    const { code, stderr } = await cli.runHere([...args, '--force'])

    expect(code).toBe(1)
    expect(stderr).toMatch(/^magic-hour-graphql: The record of what is paid, in .*, is of a newer version .*\n$/)
    expect(server.at('RemoveBackground')).toHaveLength(1)
  })
})

describe.concurrent('what was charged', () => {
  test('is not said to be nothing when a job was paid and its credits are not known', async ({
    cli,
    server,
    directory,
  }) => {
    await writePhotos(directory, ['in/1.jpg'])
    server.script.RemoveBackground = [refusal('JOB_NOT_RECORDED', { charged: 'YES', jobId: 'job-8' })]
    const args = ['remove', join(directory, 'in'), '--server', server.url]

    const { stdout } = await cli.runHere(args)
    expect(stdout).toContain('charged: nothing that is known; at least 1 job is paid\n')

    const { summary } = linesOf((await cli.runHere([...args, '--json'])).stdout)
    expect(summary).toMatchObject({ creditsCharged: 0, paidUnknown: 1 })
  })

  test('for a URL is not known when its job may be that of a moment ago', async ({ cli, server, directory }) => {
    const createdAt = new Date(Date.now() - 20_000).toISOString()
    server.script.RemoveBackground = [data({ removeBackground: server.job({ createdAt }) })]
    await writePhotos(directory, ['in/1.jpg'])
    const args = ['https://example.com/mug.jpg', join(directory, 'in'), '-o', join(directory, 'out')]

    const { stdout } = await cli.runHere(['remove', ...args, '--json', '--server', server.url])

    const { photos, summary } = linesOf(stdout)
    expect(photos.find(({ photo }) => photo.startsWith('https:'))?.creditsCharged).toBeNull()
    expect(summary).toMatchObject({ done: 2, creditsCharged: 5, paidUnknown: 1 })
  })
})

describe.concurrent('a file that changes during the run', () => {
  test('is the background: no more photos are sent with it', async ({ cli, server, directory }) => {
    manyJobs(server)
    await writePhotos(directory, ['in/1.jpg', 'in/2.jpg', 'sky.jpg'])
    const sky = join(directory, 'sky.jpg')
    const [first] = server.script.RemoveBackground
    const change: Answer = (response) => void writeFile(sky, 'another sky').then(() => first?.(response))
    server.script.RemoveBackground = [change]
    const args = ['remove', join(directory, 'in'), '-b', sky, '--concurrency', '1', '--json', '--server', server.url]

    const { photos } = linesOf((await cli.runHere(args)).stdout)

    expect(photos.map(({ error }) => error?.code)).toEqual([undefined, 'PHOTO_CHANGED'])
    expect(server.at('RemoveBackground')).toHaveLength(1)
  })

  test.for([
    ['vanishes', (path: string) => rm(path)],
    ['is cut short', (path: string) => truncate(path, 3)],
  ] as const)('is a photo that %s: it is not tried again', async ([, spoil], { cli, server, directory }) => {
    await writePhotos(directory, ['in/1.jpg'])
    const photo = join(directory, 'in', '1.jpg')
    const [ticket] = server.script.CreateUploads
    server.script.CreateUploads = [(response) => void spoil(photo).then(() => ticket?.(response))]

    const { stdout } = await cli.runHere(['remove', photo, '--json', '--server', server.url])

    expect(linesOf(stdout).photos).toMatchObject([
      { status: 'failed', error: { code: 'PHOTO_CHANGED', charged: 'NO' } },
    ])
    expect(server.at('upload')).toEqual([])
  })
})

describe.concurrent('a name from anywhere', () => {
  test('reaches the terminal without what would steer it', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['in/a\u001B[2J\nb.jpg'])
    const photo = join(directory, 'in', 'a\u001B[2J\nb.jpg')

    const { code, stdout } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(0)
    expect(stdout).not.toContain('\u001B')
    expect(stdout.split('\n').map((line) => line.split(':', 1)[0])).toEqual(['file', 'job', 'charged', ''])
  })

  test('is as harmless in what is said of a wrong command line', async ({ cli, directory, photo }) => {
    await mkdir(join(directory, 'in'))
    for (const args of [
      [photo, '-o', 'a\u001B[2J'],
      [photo, join(directory, 'in'), '-o', 'a\u001B[2J.png'],
    ]) {
      const { code, stderr } = await cli.runHere(['remove', ...args])
      expect(code).toBe(2)
      expect(stderr).not.toContain('\u001B')
    }
  })
})

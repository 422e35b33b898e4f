import type { ServerResponse } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { test } from './cli-test.ts'
import { data, page, refusal } from './fake-server.ts'
import { linesOf, numbered, writePhotos } from './many-photos.ts'

describe.concurrent('a failure among many', () => {
  test('of one photo does not keep the others from being done', async ({ cli, server, directory }) => {
    await writePhotos(directory, numbered(4))
    await writeFile(join(directory, 'empty.jpg'), '')
    server.script.RemoveBackground = [refusal('UNPROCESSABLE'), data({ removeBackground: server.job() })]

    const { code, stdout } = await cli.runHere(['remove', directory, '--json', '--server', server.url])

    expect(code).toBe(1)
    expect(linesOf(stdout).summary).toMatchObject({ done: 3, failed: 2, notStarted: 0, exitCode: 1, stopped: null })
    const failed = linesOf(stdout).photos.map(({ error }) => error?.code)
    expect(new Set(failed)).toEqual(new Set([undefined, 'PHOTO_UNUSABLE', 'UNPROCESSABLE']))
  })

  test.for(['INSUFFICIENT_CREDITS', 'UNAUTHENTICATED', 'PLAN_UPGRADE_REQUIRED'])(
    'that concerns all stops the rest: %s',
    async (code, { cli, server, directory }) => {
      await writePhotos(directory, numbered(6))
      server.script.RemoveBackground = [data({ removeBackground: server.job() }), refusal(code)]

      const ended = await cli.runHere(['remove', directory, '--concurrency', '1', '--json', '--server', server.url])

      expect(ended.code).toBe(1)
      expect(linesOf(ended.stdout).summary).toMatchObject({ done: 1, failed: 1, notStarted: 4, stopped: { code } })
      expect(server.at('RemoveBackground')).toHaveLength(2)
      expect(server.at('upload')).toHaveLength(2)
    },
  )

  test('of the server three times in a row stops the rest as well', async ({ cli, server, directory }) => {
    await writePhotos(directory, numbered(6))
    server.script.RemoveBackground = [refusal('UPSTREAM_UNAVAILABLE', { retryable: true })]

    const { stdout } = await cli.runHere(['remove', directory, '--concurrency', '1', '--server', server.url])

    expect(stdout).toMatch(/^done: 0\nfailed: 3\n(.*\n){3}not started: 3\nstopped: UPSTREAM_UNAVAILABLE: /)
  })

  test('a server that was never there is given up after a few attempts', async ({ cli, directory }) => {
    await writePhotos(directory, numbered(3))

    const { code, stdout } = await cli.runHere([
      'remove',
      directory,
      '--concurrency',
      '1',
      '--server',
      'http://127.0.0.1:9',
    ])

    expect(code).toBe(1)
    expect(stdout).toMatch(
      /failed: 1\n.*\nnot started: 2\nstopped: The GraphQL server at http:\/\/127\.0\.0\.1:9 cannot be reached/,
    )
  })
})

describe.concurrent('a server that throttles', () => {
  test('is waited for as long as it asks, by all photos together, and each is done', async ({
    cli,
    server,
    directory,
  }) => {
    await writePhotos(directory, numbered(5))
    const times: number[] = []
    const timed =
      (answer: (response: ServerResponse) => void) =>
      (response: ServerResponse): void => {
        times.push(performance.now())
        answer(response)
      }
    const throttled = refusal('RATE_LIMITED', { retryable: true, retryAfterSeconds: 1 })
    const job = data({ removeBackground: server.job() })
    // Five times: more often than one request is sent again elsewhere.
    server.script.RemoveBackground = [...Array.from({ length: 5 }, () => timed(throttled)), timed(job)]

    const { code, stdout, stderr } = await cli.runHere([
      'remove',
      directory,
      '--concurrency',
      '4',
      '--server',
      server.url,
    ])

    expect(code).toBe(0)
    expect(stdout).toContain('done: 5\n')
    expect(stderr).toContain('The server asks for less at a time: waiting 1 s with all photos.')
    // The first four may have been under way together; then one goes ahead and the others wait for it.
    const [, , , fourth = 0, fifth = 0, sixth = 0] = times
    expect(fifth - fourth).toBeGreaterThan(900)
    expect(sixth - fifth).toBeGreaterThan(900)
    expect(times).toHaveLength(10)
  })
})

describe.concurrent('--json', () => {
  test('writes one object a photo and a summary, and nothing else', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['a.jpg'])
    const photo = join(directory, 'a.jpg')

    const { code, stdout } = await cli.runHere(['remove', photo, '--json', '--server', server.url])

    expect(code).toBe(0)
    const output = join(directory, 'a-no-background.png')
    expect(linesOf(stdout)).toEqual({
      photos: [{ photo, status: 'done', output, jobId: 'job-1', creditsCharged: 5 }],
      summary: {
        photos: 1,
        done: 1,
        skipped: 0,
        failed: 0,
        notStarted: 0,
        unknown: 0,
        creditsCharged: 5,
        paidUnknown: 0,
        sandbox: false,
        stopped: null,
        exitCode: 0,
      },
    })
  })

  test('tells of a failure its code, what it cost and whether to try again', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['a.jpg'])
    server.script.picture = [page(404)]

    const { stdout } = await cli.runHere(['remove', join(directory, 'a.jpg'), '--json', '--server', server.url])

    expect(linesOf(stdout).photos).toMatchObject([
      {
        status: 'failed',
        jobId: 'job-1',
        creditsCharged: 5,
        error: { code: 'TRANSFER_FAILED', charged: 'YES', retryable: false, submissionName: null },
      },
    ])
  })

  test('says that it is not known when the answer was lost, with the name to look for', async ({
    cli,
    server,
    directory,
  }) => {
    await writePhotos(directory, ['a.jpg'])
    server.script.RemoveBackground = [
      refusal('SUBMISSION_UNKNOWN', { charged: 'UNKNOWN', submissionName: 'photo abc' }),
    ]

    const { code, stdout } = await cli.runHere(['remove', join(directory, 'a.jpg'), '--json', '--server', server.url])

    expect(code).toBe(1)
    expect(linesOf(stdout).photos).toMatchObject([
      { status: 'unknown', creditsCharged: null, error: { charged: 'UNKNOWN', submissionName: 'photo abc' } },
    ])
    expect(server.at('RemoveBackground')).toHaveLength(1)
  })
})

test('Ctrl-C begins nothing new, waits for the ids of what is under way and sums up', async ({
  cli,
  server,
  directory,
}) => {
  await writePhotos(directory, ['in/1.jpg', 'in/2.jpg', 'in/3.jpg'])
  const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>()
  server.script.RemoveBackground = [
    data({ removeBackground: server.job() }),
    (response) => ask(() => data({ removeBackground: server.job({ id: 'job-2', status: 'QUEUED' }) })(response)),
  ]
  const args = ['remove', 'in', '--concurrency', '1', '--server', server.url]
  const program = cli.start(args, { XDG_STATE_HOME: join(directory, 'state') })
  const answer = await asked
  program.process.kill('SIGINT')
  await program.waitFor('Stopping as soon as no paid job can be lost by it.')
  answer()

  const { code, stdout } = await program.ended

  expect(code).toBe(130)
  expect(stdout).toMatch(
    /^done: 1\nfailed: 1\n.*\n {4}job: job-2\nnot started: 1\nstopped: .*\ncharged: 10 credits\nRun it again/,
  )
  expect(server.at('RemoveBackground')).toHaveLength(2)

  server.script.RemoveBackground = [data({ removeBackground: server.job({ id: 'job-3' }) })]
  const again = await cli.run(args, { XDG_STATE_HOME: join(directory, 'state') })
  expect(again).toMatchObject({ code: 0, stdout: 'done: 2\nskipped: 1 (done by an earlier run)\ncharged: 5 credits\n' })
  expect(server.at('RemoveBackground')).toHaveLength(3)
})

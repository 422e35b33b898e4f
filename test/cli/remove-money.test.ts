import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { RequestRefused } from '../../src/cli/graphql-client.ts'
import { StillBeingSent, outlastTwin } from '../../src/cli/outlast-twin.ts'
import { test } from './cli-test.ts'
import { type Answer, data, refusal } from './fake-server.ts'
import { linesOf, writePhotos } from './many-photos.ts'

/** A submission that is held until the test lets it go. */
const heldAnswer = (answer: Answer) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>()
  const held: Answer = (response) => ask(() => answer(response))
  return { held, asked }
}

describe.concurrent('a run that nobody listens to any more', { timeout: 60_000 }, () => {
  test.for(['stdout', 'stderr'] as const)(
    'because %s was closed begins nothing, waits for the answer that is due, and records the job',
    async (output, { cli, server, directory }) => {
      await writePhotos(directory, ['in/1.jpg', 'in/2.jpg', 'in/3.jpg'])
      const { held, asked } = heldAnswer(data({ removeBackground: server.job({ id: 'job-2' }) }))
      server.script.RemoveBackground = [data({ removeBackground: server.job() }), held]
      const args = ['remove', 'in', '--concurrency', '1', '--json', '--server', server.url, '--state', 'state']
      const program = cli.start(args)
      const answer = await asked
      program.process[output]?.destroy()
      answer()

      expect(await program.ended).toMatchObject({ code: 141 })
      expect(server.at('RemoveBackground')).toHaveLength(2)

      server.script.RemoveBackground = [data({ removeBackground: server.job({ id: 'job-3' }) })]
      server.script.Job = [data({ job: server.job({ id: 'job-2' }) })]
      const { photos, summary } = linesOf((await cli.run(args)).stdout)
      expect(summary).toMatchObject({ failed: 0, unknown: 0, creditsCharged: 5 })
      expect(new Set(photos.map(({ jobId }) => jobId))).toEqual(new Set(['job-1', 'job-2', 'job-3']))
      expect(server.at('RemoveBackground')).toHaveLength(3)
    },
  )

  test('because its terminal was closed does the same', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['in/1.jpg', 'in/2.jpg'])
    const { held, asked } = heldAnswer(data({ removeBackground: server.job() }))
    server.script.RemoveBackground = [held]
    const program = cli.start(['remove', 'in', '--concurrency', '1', '--server', server.url, '--state', 'state'])
    const answer = await asked
    program.process.kill('SIGHUP')
    await program.waitFor('Stopping as soon as no paid job can be lost by it.')
    answer()

    const { code, stdout } = await program.ended
    expect(code).toBe(129)
    expect(stdout).toContain('    job: job-1\nnot started: 1\n')
  })
})

describe.concurrent('--again', () => {
  test('that surely came to nothing leaves the job of before to the next run', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['in/1.jpg'])
    const args = ['remove', join(directory, 'in'), '--server', server.url, '--state', join(directory, 'state')]
    await cli.runHere(args)
    await rm(join(directory, 'in', '1-no-background.png'))
    server.script.RemoveBackground = [refusal('INSUFFICIENT_CREDITS')]
    expect(await cli.runHere([...args, '--again'])).toMatchObject({ code: 1 })

    const { code, stdout } = await cli.runHere(args)

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done: 1\ncharged: nothing\n' })
    expect(server.at('RemoveBackground')).toHaveLength(2)
  })

  test('whose outcome is not known is asked for under its own key by the next run', async ({
    cli,
    server,
    directory,
  }) => {
    await writePhotos(directory, ['in/1.jpg'])
    const args = ['remove', join(directory, 'in'), '--server', server.url, '--state', join(directory, 'state')]
    await cli.runHere(args)
    await rm(join(directory, 'in', '1-no-background.png'))
    server.script.RemoveBackground = [refusal('SUBMISSION_UNKNOWN', { charged: 'UNKNOWN' })]
    await cli.runHere([...args, '--again'])

    await cli.runHere(args)

    const keys = server.at('RemoveBackground').map(({ variables }) => variables['idempotencyKey'])
    expect(keys[2]).toBe(keys[1])
    expect(keys[1]).not.toBe(keys[0])
  })
})

describe.concurrent('the same photo that somebody else is sending', () => {
  test('is waited for, and the job that came of it is used without a charge', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['in/1.jpg'])
    server.script.RemoveBackground = [
      refusal('IDEMPOTENCY_CONFLICT'),
      refusal('IDEMPOTENCY_CONFLICT', { jobId: 'job-1' }),
    ]

    const { code, stdout } = await cli.runHere(['remove', join(directory, 'in'), '--server', server.url])

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done: 1\ncharged: nothing\n' })
    expect(server.at('RemoveBackground')).toHaveLength(2)
  })

  test('is sent when the other one was refused and the key is free', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['in/1.jpg'])
    server.script.RemoveBackground = [refusal('IDEMPOTENCY_CONFLICT'), data({ removeBackground: server.job() })]

    const { stdout } = await cli.runHere(['remove', join(directory, 'in'), '--server', server.url])

    expect(stdout).toBe('done: 1\ncharged: 5 credits\n')
  })

  test('is not waited for without end', async () => {
    const conflict = new RequestRefused({
      message: 'Used.',
      extensions: {
        code: 'IDEMPOTENCY_CONFLICT',
        charged: 'NO',
        retryable: false,
        retryAfterSeconds: null,
        jobId: null,
        submissionName: null,
      },
    })
    const sent = outlastTwin(() => Promise.reject(conflict), {
      signal: AbortSignal.timeout(30_000),
      onWait: () => {},
      patienceMs: 100,
    })

    await expect(sent).rejects.toThrow(StillBeingSent)
  })
})

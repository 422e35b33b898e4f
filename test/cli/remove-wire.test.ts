import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { test } from './cli-test.ts'
import { data, page, refusal, reset } from './fake-server.ts'

describe.concurrent('what remove sends', () => {
  test('the raw bytes to the signed link, with their length and without the key', async ({ cli, server, photo }) => {
    const { code } = await cli.runHere(['remove', photo, '--server', server.url, '--key', 'my-key', '--name', 'Mug'])

    expect(code).toBe(0)
    const { size } = await stat(photo)
    const [upload] = server.at('upload')
    expect(upload).toMatchObject({ bytes: size, headers: { 'content-length': String(size) } })
    expect(upload?.headers.authorization).toBeUndefined()
    expect(server.at('picture')[0]?.headers.authorization).toBeUndefined()
    expect(server.at('RemoveBackground')).toMatchObject([
      {
        headers: { authorization: 'Bearer my-key' },
        variables: {
          assets: { imageFilePath: 'api-assets/x.jpg', backgroundImageFilePath: null },
          name: 'Mug',
        },
      },
    ])
    expect(server.at('RemoveBackground')[0]?.variables['idempotencyKey']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a URL as it is, without an upload, and the result goes to the working directory', async ({ cli, server }) => {
    const [photo, background] = ['https://example.com/photos/My%20mug.jpg', 'https://example.com/sky.png']
    const program = cli.start(['remove', photo, '-b', background, '--server', server.url])

    const { code, stdout } = await program.ended

    expect(code).toBe(0)
    expect(stdout).toContain('file: My-20mug-no-background.png\n')
    expect(server.seen.map(({ place }) => place)).toEqual(['RemoveBackground', 'picture'])
    expect(server.at('RemoveBackground')[0]?.variables['assets']).toEqual({
      imageFilePath: photo,
      backgroundImageFilePath: background,
    })
  })

  test('the environment’s key to nobody when a server is given', async ({ cli, server, photo }) => {
    await cli.runHere(['remove', photo, '--server', server.url], { MAGIC_HOUR_API_KEY: 'the-real-key' })

    expect(server.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
  })

  test('a submission again after a broken connection, under the same idempotency key', async ({
    cli,
    server,
    photo,
  }) => {
    server.script.RemoveBackground.unshift(reset)

    const { code } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(0)
    const keys = server.at('RemoveBackground').map(({ variables }) => variables['idempotencyKey'])
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
  })

  test('a submission again when the server says that it will pass, and when', async ({ cli, server, photo }) => {
    server.script.RemoveBackground.unshift(refusal('RATE_LIMITED', { retryable: true, retryAfterSeconds: 1 }))

    const { code, stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(0)
    expect(stderr).toContain('Trying again in 1 s.')
    expect(server.at('RemoveBackground')).toHaveLength(2)
  })

  test.for(['SUBMISSION_UNKNOWN', 'INSUFFICIENT_CREDITS', 'UPSTREAM_UNAVAILABLE', 'INTERNAL_SERVER_ERROR'])(
    'a submission once when the answer is %s without a time to wait',
    async (code, { cli, server, photo }) => {
      server.script.RemoveBackground = [refusal(code)]

      const ended = await cli.runHere(['remove', photo, '--server', server.url])

      expect(ended.code).toBe(1)
      expect(server.at('RemoveBackground')).toHaveLength(1)
    },
  )

  test('an upload again when the storage stumbles, and not when it refuses', async ({ cli, server, photo }) => {
    server.script.upload = [page(503), page(403)]

    const { code, stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(1)
    expect(server.at('upload')).toHaveLength(2)
    expect(stderr).toContain('The upload of photo.jpg failed: the storage answered HTTP 403.\nNothing was charged.\n')
    expect(server.at('RemoveBackground')).toEqual([])
  })

  test('for a fresh link when a download fails', async ({ cli, server, photo, directory }) => {
    server.script.picture.unshift(page(403))

    const { code } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(0)
    expect(server.seen.map(({ place }) => place).slice(-3)).toEqual(['picture', 'Job', 'picture'])
    expect(await readdir(directory)).toEqual(['photo-no-background.png', 'photo.jpg'])
  })

  test('for the link again when a finished job comes without one', async ({ cli, server, photo }) => {
    server.script.RemoveBackground = [data({ removeBackground: server.job({ downloads: [] }) })]

    const { code } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(0)
    expect(server.at('Job')).toHaveLength(1)
  })

  test('for the job until it is final, through a hiccup of the server', async ({ cli, server, photo }) => {
    server.script.RemoveBackground = [data({ removeBackground: server.job({ status: 'QUEUED', downloads: null }) })]
    server.script.Job.unshift(reset, data({ job: server.job({ status: 'RENDERING', downloads: null }) }), page(502))

    const { code, stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(0)
    expect(stderr).toMatch(/queued\nrendering\ndownloading\n$/)
    expect(server.at('Job')).toHaveLength(4)
  })
})

describe.concurrent('what remove says', () => {
  test('the id of a paid job even when the rest of the answer is odd', async ({ cli, server, photo }) => {
    server.script.RemoveBackground = [data({ removeBackground: { id: 'job-7', creditsCharged: 'five' } })]
    server.script.Job = [refusal('FORBIDDEN')]

    const { code, stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(1)
    expect(stderr).toContain('job job-7 is made: charged\n')
    expect(stderr).toMatch(/FORBIDDEN: .*\njob: job-7\ncharged: not known\nKeep the id/)
  })

  test('the id of a job that the server could not record', async ({ cli, server, photo }) => {
    server.script.RemoveBackground = [refusal('JOB_NOT_RECORDED', { charged: 'YES', jobId: 'job-8' })]

    const { stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(stderr).toMatch(/JOB_NOT_RECORDED: .*\njob: job-8\nIt is paid\. Keep the id/)
  })

  test('that the charge is not known when the connection broke each time', async ({ cli, server, photo }) => {
    server.script.RemoveBackground = [reset, refusal('INSUFFICIENT_CREDITS')]

    const { stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(stderr).toMatch(/INSUFFICIENT_CREDITS: .*\nWhether credits were charged is not known\./)
  })

  test('that something else answers at this address', async ({ cli, server, photo }) => {
    server.script.CreateUploads = [page(200)]

    const { code, stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(1)
    expect(stderr).toContain('did not answer as this GraphQL API does (HTTP 200)')
    expect(stderr).toContain('Nothing was charged.')
  })

  test('where a redirect leads, and does not follow it', async ({ cli, server, photo }) => {
    server.script.CreateUploads = [page(301, { location: 'https://elsewhere.example/graphql?token=secret' })]

    const { code, stderr } = await cli.runHere(['remove', photo, '--server', server.url, '--key', 'my-key'])

    expect(code).toBe(1)
    expect(stderr).toContain('https://elsewhere.example/graphql\n')
    expect(stderr).not.toContain('token=secret')
  })

  test('that nothing listens there, after a few attempts', async ({ cli, photo }) => {
    const { code, stderr } = await cli.runHere(['remove', photo, '--server', 'http://127.0.0.1:9'])

    expect(code).toBe(1)
    expect(stderr).toMatch(/127\.0\.0\.1:9 cannot be reached: nothing listens there\.\nNothing was charged\.\n$/)
  })

  test('no control characters that a server sends, and no signed link', async ({ cli, server, photo }) => {
    server.script.RemoveBackground = [refusal('UNPROCESSABLE', {}, 'red \u001B[31m text\r\nand more')]

    const { stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(stderr).toContain('UNPROCESSABLE: red  [31m text and more\n')
    expect(stderr).not.toContain('\u001B')
    expect(stderr).not.toContain('signature')
  })

  test('that a download is no picture, and leaves no file', async ({ cli, server, photo, directory }) => {
    server.script.picture = [page(200)]

    const { code, stderr } = await cli.runHere(['remove', photo, '--server', server.url])

    expect(code).toBe(1)
    expect(stderr).toMatch(/The download is no PNG\.\njob: job-1\ncharged: 5 credits\nKeep the id/)
    expect(await readdir(directory)).toEqual(['photo.jpg'])
  })

  test('the job’s id when it is stopped while it waits', async ({ cli, server, photo }) => {
    server.script.RemoveBackground = [data({ removeBackground: server.job({ status: 'QUEUED', downloads: null }) })]
    server.script.Job = [() => {}]
    const program = cli.start(['remove', photo, '--server', server.url])
    await program.waitFor('queued')

    program.process.kill('SIGINT')

    const { code, stderr } = await program.ended
    expect(code).toBe(130)
    expect(stderr).toContain('Stopped before the picture was there.\njob: job-1\ncharged: 5 credits\n')
  })

  test('the id also when it is stopped while the submission is under way: it stays for the answer', async ({
    cli,
    server,
    photo,
  }) => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>()
    server.script.RemoveBackground = [(response) => ask(() => data({ removeBackground: server.job() })(response))]
    const program = cli.start(['remove', photo, '--server', server.url])
    const answer = await asked

    program.process.kill('SIGTERM')
    await program.waitFor('Stopping as soon as no paid job can be lost by it.')
    answer()

    const { code, stderr } = await program.ended
    expect(code).toBe(143)
    expect(stderr).toContain('job job-1 is made: 5 credits charged\n')
    expect(server.at('picture')).toEqual([])
    expect(await readdir(join(photo, '..'))).toEqual(['photo.jpg'])
  })
})

import { readdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import type { RequestLine } from '../../src/sandbox/request-log.ts'
import { test } from './cli-test.ts'
import { lookAt, writePhoto, writePlainImage } from './pictures.ts'

describe.concurrent('remove', () => {
  test('a photo becomes a PNG of its size with a transparent background, beside the photo', async ({
    cli,
    directory,
    photo,
  }) => {
    const { code, stdout, stderr } = await cli.run(['remove', basename(photo)])

    expect({ code, stderr }).toMatchObject({ code: 0 })
    const picture = await lookAt(join(directory, 'photo-no-background.png'))
    expect(picture).toMatchObject({ format: 'png', width: 120, height: 90 })
    expect([picture.corner[3], picture.centre[3]]).toEqual([0, 255])
    expect(stdout).toMatch(
      /^file: photo-no-background\.png\njob: \w+\ncharged: 5 credits \(sandbox: in fact nothing\)\n$/,
    )
    expect(await readdir(directory)).toEqual(['photo-no-background.png', 'photo.jpg'])
  })

  test('a running server does the job when its address is given, and the subject stands on the background', async ({
    cli,
    directory,
  }) => {
    await writePhoto(join(directory, 'photo.webp'))
    await writePlainImage(join(directory, 'plain.png'), '#0000ff')
    const server = cli.start(['serve'], { PORT: '0' })
    const url = await server.waitFor(/http:\/\/127\.0\.0\.1:\d+/)

    const { code, stderr } = await cli.run(
      ['remove', 'photo.webp', '--background', 'plain.png', '-o', 'result.png', '--server', url],
      { MAGIC_HOUR_BASE_URL: 'http://127.0.0.1:9', MAGIC_HOUR_API_KEY: 'not-for-that-server' },
    )

    expect({ code, stderr }).toMatchObject({ code: 0 })
    const { width, height, corner, centre } = await lookAt(join(directory, 'result.png'))
    expect([width, height]).toEqual([120, 90])
    expect(corner).toEqual([0, 0, 255, 255])
    expect(centre[0]).toBeGreaterThan(centre[2] ?? 0)
    await server.waitFor('"operationName":"RemoveBackground"')
  })

  test('the key of the environment pays where Magic Hour is not the embedded sandbox, and the storage never sees it', async ({
    cli,
    directory,
    photo,
  }) => {
    await using upstream = await anUpstream()

    const { code, stderr } = await cli.runHere(['remove', photo], {
      MAGIC_HOUR_BASE_URL: upstream.url,
      MAGIC_HOUR_API_KEY: 'a-real-looking-key',
      // What `serve` would refuse is nothing to a run for one person.
      GATEWAY_KEYS: 'wrong',
      PORT: 'wrong',
    })

    // The sandbox refuses a signed link that comes with a key.
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(upstream.lines.filter(({ path }) => path === '/v1/image-background-remover')).toHaveLength(1)
    expect(stderr).not.toContain('a-real-looking-key')
    expect(await readdir(directory)).toHaveLength(2)
  })

  test('a key is read from a file', async ({ cli, directory, photo }) => {
    await using upstream = await anUpstream()
    await writeFile(join(directory, 'key'), 'a-key-from-a-file\n')

    const { code } = await cli.runHere(['remove', photo, '--key-file', join(directory, 'key')], {
      MAGIC_HOUR_BASE_URL: upstream.url,
    })

    expect(code).toBe(0)
  })

  test('a key that is missing is asked for before anything is sent', async ({ cli, photo }) => {
    await using upstream = await anUpstream()

    const { code, stderr } = await cli.runHere(['remove', photo], { MAGIC_HOUR_BASE_URL: upstream.url })

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `magic-hour-graphql: ${upstream.url} asks for a key: set MAGIC_HOUR_API_KEY, or give --key-file <path>.\n`,
    })
    expect(upstream.lines).toEqual([])
  })

  test('a key that the sandbox does not use is warned about', async ({ cli, photo }) => {
    const { code, stderr } = await cli.runHere(['remove', photo], { MAGIC_HOUR_API_KEY: 'a-real-looking-key' })

    expect(code).toBe(0)
    expect(stderr).toContain('warning: MAGIC_HOUR_API_KEY is set but not used')
  })

  test('a render that fails says why and that the credits are refunded, and leaves no file', async ({
    cli,
    directory,
    photo,
  }) => {
    const { code, stdout, stderr } = await cli.runHere(['remove', photo, '--name', 'sandbox:error-invalid_file_format'])

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/could not make the picture: invalid_file_format: .*\njob: \w+\ncharged: nothing\n$/)
    expect(await readdir(directory)).toEqual(['photo.jpg'])
  })

  test('a refused request says its code and that nothing was charged', async ({ cli, photo }) => {
    const { code, stderr } = await cli.runHere(['remove', photo, '--name', 'sandbox:402'])

    expect(code).toBe(1)
    expect(stderr).toMatch(/\nmagic-hour-graphql: INSUFFICIENT_CREDITS: .*\nNothing was charged\.\n$/)
  })

  test('when an answer from Magic Hour is lost, the charge is said not to be known', async ({ cli, photo }) => {
    const { code, stderr } = await cli.runHere(['remove', photo, '--name', 'sandbox:reset'])

    expect(code).toBe(1)
    expect(stderr).toMatch(/SUBMISSION_UNKNOWN: .*\nWhether credits were charged is not known\./)
  })
})

const anUpstream = async () => {
  const lines: RequestLine[] = []
  const upstream = createSandbox({ renderMs: 0, onRequest: (line) => void lines.push(line) })
  await upstream.start()
  return { url: upstream.url, lines, [Symbol.asyncDispose]: () => upstream.stop() }
}

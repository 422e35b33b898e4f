import { link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { imageExtensions } from '../../src/cli/image-input.ts'
import { imageExtensions as domainExtensions } from '../../src/domain/image-reference.ts'
import { test } from './cli-test.ts'

describe.concurrent('what remove finds wrong before anything is sent', () => {
  test('a photo that is not there', async ({ cli, server }) => {
    const { code, stderr } = await cli.runHere(['remove', '/nowhere/photo.jpg', '--server', server.url])

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'magic-hour-graphql: There is no file /nowhere/photo.jpg that can be read.\n',
    })
    expect(server.seen).toEqual([])
  })

  test.for([
    ['anim.gif', 'not gif'],
    ['photo', 'not a file without an extension'],
  ])('a file that Magic Hour does not take: %s', async ([name = '', words = ''], { cli, server, directory }) => {
    await writeFile(join(directory, name), 'bytes')

    const { code, stderr } = await cli.runHere(['remove', join(directory, name), '--server', server.url])

    expect(code).toBe(1)
    expect(stderr).toContain(`png, jpg, jpeg, jfif, heic, heif, webp, avif, jp2, tiff, tif, bmp, ${words}.`)
    expect(server.seen).toEqual([])
  })

  test('a photo that is empty', async ({ cli, server, directory }) => {
    await writeFile(join(directory, 'photo.jpg'), '')

    const { code, stderr } = await cli.runHere(['remove', join(directory, 'photo.jpg'), '--server', server.url])

    expect(code).toBe(1)
    expect(stderr).toContain('photo.jpg is empty.')
  })

  test('a folder without a photo in it', async ({ cli, directory }) => {
    const { code, stderr } = await cli.runHere(['remove', directory])

    expect(code).toBe(1)
    expect(stderr).toContain(`There is no photo in ${directory}.`)
  })

  test('a background that is not there', async ({ cli, server, photo }) => {
    const { code } = await cli.runHere(['remove', photo, '-b', '/nowhere/sky.jpg', '--server', server.url])

    expect(code).toBe(1)
    expect(server.seen).toEqual([])
  })

  test('an output that exists, unless it is to be replaced', async ({ cli, server, photo, directory }) => {
    const output = join(directory, 'photo-no-background.png')
    await writeFile(output, 'something of value')

    const refused = await cli.runHere(['remove', photo, '--server', server.url])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('is there already. Replace it with --force')
    expect(server.seen).toEqual([])
    expect(await readFile(output, 'utf8')).toBe('something of value')

    const forced = await cli.runHere(['remove', photo, '--server', server.url, '--force'])
    expect(forced.code).toBe(0)
    expect(await readFile(output, 'latin1')).toContain('PNG')
  })

  test('an output that is the photo itself under another name, even by force', async ({
    cli,
    server,
    photo,
    directory,
  }) => {
    const output = join(directory, 'same.png')
    await link(photo, output)

    const { code, stderr } = await cli.runHere(['remove', photo, '-o', output, '-f', '--server', server.url])

    expect(code).toBe(1)
    expect(stderr).toContain('is the input itself')
    expect(server.seen).toEqual([])
  })

  test('an output that is a directory', async ({ cli, photo, directory }) => {
    await mkdir(join(directory, 'result.png'))

    const { code, stderr } = await cli.runHere(['remove', photo, '-f', '-o', join(directory, 'result.png')])

    expect(code).toBe(1)
    expect(stderr).toContain('is there and is no file')
  })

  test('an output in a directory that does not exist', async ({ cli, photo, server }) => {
    const { code, stderr } = await cli.runHere(['remove', photo, '-o', '/nowhere/result.png', '--server', server.url])

    expect(code).toBe(1)
    expect(stderr).toContain('There is no directory /nowhere to write to.')
  })

  test('a key with blanks in it, without showing it', async ({ cli, photo, server }) => {
    const { code, stderr } = await cli.runHere(['remove', photo, '--key', 'my secret', '--server', server.url])

    expect(code).toBe(2)
    expect(stderr).not.toContain('secret')
    expect(server.seen).toEqual([])
  })

  test('settings of the environment, when it would start a server of its own', async ({ cli, photo }) => {
    const { code, stderr } = await cli.runHere(['remove', photo], {
      MAGIC_HOUR_BASE_URL: 'nonsense',
      LOG_LEVEL: 'loud',
    })

    expect(code).toBe(1)
    expect(stderr).toMatch(/MAGIC_HOUR_BASE_URL: .*\n|LOG_LEVEL: .*\n/)
  })
})

test('the extensions are those of the schema', () => {
  expect(imageExtensions).toEqual(domainExtensions)
})

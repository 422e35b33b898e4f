import type { ServerResponse } from 'node:http'
import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { test } from './cli-test.ts'
import { data } from './fake-server.ts'
import { linesOf, manyJobs, numbered, writePhotos } from './many-photos.ts'
import { lookAt, writePhoto } from './pictures.ts'

describe.concurrent('remove with a folder', () => {
  test('gives each photo its picture with a transparent background beside it', async ({ cli, directory }) => {
    await mkdir(join(directory, 'shop', 'mugs'), { recursive: true })
    for (const name of ['shop/table.jpg', 'shop/mugs/red.png']) await writePhoto(join(directory, name))

    const { code, stdout, stderr } = await cli.runHere(['remove', join(directory, 'shop')])

    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/^done: 2\ncharged: .* \(sandbox: in fact nothing\)\n$/)
    for (const name of ['shop/table', 'shop/mugs/red']) {
      const { corner, centre } = await lookAt(join(directory, `${name}-no-background.png`))
      expect([corner[3], centre[3]]).toEqual([0, 255])
    }
  })

  test('keeps its structure in the output folder, and passes over what is no photo of yours', async ({
    cli,
    server,
    directory,
  }) => {
    manyJobs(server)
    const shop = join(directory, 'shop')
    await writePhotos(shop, ['b.jpg', 'a/A.PNG', 'a/deep/c.webp', '.hidden.jpg', '.git/x.jpg', 'notes.txt', 'anim.gif'])
    await writePhotos(shop, ['old-no-background.png', 'out/earlier.jpg'])
    await symlink(shop, join(shop, 'a', 'loop'))
    await symlink('/nowhere', join(shop, 'broken.jpg'))

    const { code, stdout } = await cli.runHere([
      'remove',
      shop,
      '-o',
      join(shop, 'out'),
      '--json',
      '--server',
      server.url,
    ])

    expect(code).toBe(0)
    const found = linesOf(stdout).photos
    expect(
      new Map(found.map(({ photo, output }) => [photo.slice(shop.length + 1), output.slice(shop.length + 1)])),
    ).toEqual(
      new Map([
        ['a/A.PNG', 'out/a/A-no-background.png'],
        ['a/deep/c.webp', 'out/a/deep/c-no-background.png'],
        ['b.jpg', 'out/b-no-background.png'],
      ]),
    )
    expect(await readdir(join(shop, 'out', 'a', 'deep'))).toEqual(['c-no-background.png'])
  })

  test('and files and URLs beside it takes each once, and results that a shell named are left out', async ({
    cli,
    server,
    directory,
  }) => {
    manyJobs(server)
    await writePhotos(directory, ['in/a.jpg', 'b.jpg', 'b-no-background.png'])
    const args = [
      'in',
      join('in', 'a.jpg'),
      'b.jpg',
      'b-no-background.png',
      'https://example.com/c.jpg?signature=secret',
    ]

    const { code, stdout, stderr } = await cli.run(['remove', ...args, '-o', 'out', '--server', server.url])

    expect(code).toBe(0)
    expect(stdout).toBe('done: 3\ncharged: 15 credits\n')
    expect(stderr).toContain('left out: 1 ')
    expect(stderr).not.toContain('secret')
    expect(await readdir(join(directory, 'out'))).toEqual(['a', 'b', 'c'].map((name) => `${name}-no-background.png`))
  })

  test('sends nothing when two photos would become the same file', async ({ cli, server, directory }) => {
    await writePhotos(directory, ['in/mug.jpg', 'in/mug.png'])

    const { code, stdout, stderr } = await cli.runHere(['remove', join(directory, 'in'), '--server', server.url])

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/so nothing was sent:\n {2}.*mug-no-background\.png: from .*mug\.jpg and .*mug\.png\n/)
    expect(server.seen).toEqual([])
  })

  test('works on as many at once as is said, and not on more', async ({ cli, server, directory }) => {
    await writePhotos(directory, numbered(7))
    const waiting: ServerResponse[] = []
    let most = 0
    let asked = Promise.withResolvers<void>()
    server.script.RemoveBackground = [
      (response) => {
        waiting.push(response)
        most = Math.max(most, waiting.length)
        if (waiting.length === 3) asked.resolve()
      },
    ]
    const answerAll = (): void => {
      for (const response of waiting.splice(0)) data({ removeBackground: server.job() })(response)
    }
    const ended = cli.runHere(['remove', directory, '--concurrency', '3', '--server', server.url])

    await asked.promise
    asked = Promise.withResolvers()
    answerAll()
    await asked.promise
    server.script.RemoveBackground = [data({ removeBackground: server.job() })]
    answerAll()

    expect(await ended).toMatchObject({ code: 0 })
    expect(most).toBe(3)
    expect(server.at('upload')).toHaveLength(7)
  })

  test('uploads the background once for all', async ({ cli, server, directory }) => {
    manyJobs(server)
    await writePhotos(directory, ['in/1.jpg', 'in/2.jpg', 'in/3.jpg', 'sky.jpg'])

    await cli.runHere(['remove', join(directory, 'in'), '-b', join(directory, 'sky.jpg'), '--server', server.url])

    expect(server.at('upload')).toHaveLength(4)
  })
})

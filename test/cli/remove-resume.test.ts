import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { json } from '../support/stub-server.ts'
import { test } from './cli-test.ts'
import { type PayingStorage, startPayingStorage } from './paying-storage.ts'
import { writePlainImage } from './pictures.ts'

const colours = ['#000011', '#000022', '#000033', '#000044', '#000055', '#000066'] as const

/** A folder of so many different photos, and what makes Magic Hour the stub with a record that outlasts a run. */
const setUp = async (directory: string, count: number, upstream: PayingStorage) => {
  const photos = join(directory, 'photos')
  await mkdir(photos)
  for (const [index, colour] of colours.slice(0, count).entries()) {
    await writePlainImage(join(photos, `${index}.jpg`), colour)
  }
  const env = {
    MAGIC_HOUR_BASE_URL: upstream.url,
    MAGIC_HOUR_API_KEY: 'the-account-key',
    XDG_STATE_HOME: join(directory, 'state'),
  }
  return { photos, env }
}

const resultsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith('-no-background.png'))

describe.concurrent('a run that is repeated', () => {
  test('charges nothing and passes over what is done', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 3, upstream)
    const first = await cli.runHere(['remove', photos], env)
    expect(first).toMatchObject({ code: 0, stdout: 'done: 3\ncharged: 15 credits\n' })

    const second = await cli.runHere(['remove', photos], env)

    expect(second).toMatchObject({
      code: 0,
      stdout: 'done: 0\nskipped: 3 (done by an earlier run)\ncharged: nothing\n',
    })
    expect(upstream.paid).toHaveLength(3)
  })

  test('downloads a picture that was lost again without paying or uploading', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 2, upstream)
    await cli.runHere(['remove', photos], env)
    await rm(join(photos, '1-no-background.png'))

    const { stdout } = await cli.runHere(['remove', photos], env)

    expect(stdout).toBe('done: 1\nskipped: 1 (done by an earlier run)\ncharged: nothing\n')
    expect(await resultsIn(photos)).toHaveLength(2)
    expect([upstream.creates(), upstream.uploads()]).toEqual([2, 2])
  })

  test('works on a photo anew when it is another one under the same name, and leaves its old picture alone', async ({
    cli,
    directory,
  }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 2, upstream)
    await cli.runHere(['remove', photos], env)
    await writePlainImage(join(photos, '1.jpg'), '#ff0000')

    const refused = await cli.runHere(['remove', photos], env)
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stdout).toContain('1-no-background.png is there already.')
    expect(upstream.paid).toHaveLength(2)

    expect(await cli.runHere(['remove', photos, '--force'], env)).toMatchObject({ code: 0 })
    expect(upstream.paid).toHaveLength(3)
  })

  test('pays again when that is asked for', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)
    await cli.runHere(['remove', photos], env)

    expect(await cli.runHere(['remove', photos, '--again'], env)).toMatchObject({
      code: 0,
      stdout: 'done: 1\ncharged: 5 credits\n',
    })
    expect(upstream.paid).toHaveLength(2)
    expect((await cli.runHere(['remove', photos], env)).stdout).toContain('skipped: 1')
  })

  test('tries once more what failed in rendering and was refunded', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)
    upstream.failRender('paid-1')
    const first = await cli.runHere(['remove', photos], env)
    expect(first).toMatchObject({ code: 1 })
    expect(first.stdout).toMatch(/failed: 1\n.*0\.jpg: Magic Hour could not make the picture: unknown_error/)

    expect(await cli.runHere(['remove', photos], env)).toMatchObject({
      code: 0,
      stdout: 'done: 1\ncharged: 5 credits\n',
    })
    expect(upstream.paid).toHaveLength(2)
  })

  test('of one photo downloads it again, as its key comes from its content', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)
    const photo = join(photos, '0.jpg')
    await cli.runHere(['remove', photo], env)

    const { code, stdout } = await cli.runHere(['remove', photo, '--force'], env)

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `file: ${join(photos, '0-no-background.png')}\njob: paid-1\ncharged: 5 credits (by an earlier run, nothing now)\n`,
    })
    expect(upstream.paid).toHaveLength(1)
  })

  test('pays for photos that are the same once, and writes each', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)
    const twin = await readFile(join(photos, '0.jpg'))
    await writeFile(join(photos, 'twin.jpg'), twin)
    await writeFile(join(photos, 'triplet.jpg'), twin)

    const { stdout } = await cli.runHere(['remove', photos], env)

    expect(stdout).toBe('done: 3\ncharged: 5 credits\n')
    expect(upstream.paid).toHaveLength(1)
    expect(await resultsIn(photos)).toHaveLength(3)
  })
})

// Each starts the whole program twice, which on a busy machine takes its time.
describe.concurrent('a run that was killed', { timeout: 60_000 }, () => {
  test('is taken up again: every photo is done, and paid once', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 6, upstream)
    const release = upstream.holdRenders()
    const killed = cli.start(['remove', photos, '--concurrency', '3'], env)
    for (const id of ['paid-1', 'paid-2', 'paid-3']) await killed.waitFor(`job ${id} is made`)
    killed.process.kill('SIGKILL')
    await killed.ended
    release()

    const { code, stdout, stderr } = await cli.run(['remove', photos], env)

    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toBe('done: 6\ncharged: 15 credits\n')
    expect(await resultsIn(photos)).toHaveLength(6)
    expect(new Set(upstream.paid.map(({ content }) => content)).size).toBe(6)
    expect(upstream.paid).toHaveLength(6)
  })

  test('while a create was under way says of that photo that it is not known, and does not send it again by itself', async ({
    cli,
    directory,
  }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 2, upstream)
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    upstream.nextCreate(() => ask())
    const killed = cli.start(['remove', photos, '--concurrency', '1'], env)
    await asked
    killed.process.kill('SIGKILL')
    await killed.ended

    const { code, stdout } = await cli.run(['remove', photos, '--json'], env)

    expect(code).toBe(1)
    expect(stdout).toContain('"status":"unknown"')
    expect(stdout).toContain('"code":"SUBMISSION_UNKNOWN"')
    expect(stdout).toMatch(/"submissionName":"[^"]+"/)
    expect([upstream.creates(), upstream.paid.length]).toEqual([2, 1])

    const again = await cli.runHere(['remove', photos, '--again', join(photos, '0.jpg')], env)
    expect(again.code).toBe(0)
  })
})

describe.concurrent('the record', { timeout: 60_000 }, () => {
  test('holds neither the key nor a signed link', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)
    await cli.runHere(['remove', photos], env)

    const state = join(directory, 'state', 'magic-hour-graphql')
    const [account = ''] = await readdir(state)
    expect(await readdir(join(state, account))).toContain('ledger.sqlite')
    const texts: string[] = []
    for (const name of await readdir(join(state, account))) {
      texts.push(await readFile(join(state, account, name), 'latin1'))
    }
    expect(texts.join('')).toContain('paid-1')
    expect(`${account}${texts.join('')}`).not.toMatch(/the-account-key|sig=s/)
    expect((await stat(join(state, account))).mode & 0o077).toBe(0)
  })

  test('is for one run at a time, and the second one says so', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)
    const release = upstream.holdRenders()
    const first = cli.start(['remove', photos], env)
    await first.waitFor('job paid-1 is made')

    const second = await cli.runHere(['remove', photos], env)

    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain('Another «remove» is running for the same account')
    release()
    expect(await first.ended).toMatchObject({ code: 0 })
    expect(upstream.paid).toHaveLength(1)
  })

  test('is another one for another key, so that nobody is taken for somebody else', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)
    await cli.runHere(['remove', photos], env)
    await rm(join(photos, '0-no-background.png'))

    await cli.runHere(['remove', photos], { ...env, MAGIC_HOUR_API_KEY: 'another-key' })

    expect(upstream.paid).toHaveLength(2)
  })

  test('that cannot be kept is warned about before anything is paid', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos, env } = await setUp(directory, 1, upstream)

    const { code, stderr } = await cli.runHere(['remove', photos, '--state', 'memory:'], env)

    expect(code).toBe(0)
    expect(stderr).toContain('warning: the record of what is paid is kept for this run only')
  })

  test('may be lost where a server keeps the key: the job is found by it', async ({ cli, directory }) => {
    await using upstream = await startPayingStorage()
    const { photos } = await setUp(directory, 1, upstream)
    await using server = cli.start(['serve'], {
      PORT: '0',
      MAGIC_HOUR_BASE_URL: upstream.url,
      DATA_DIR: join(directory, 'data'),
    })
    const args = [
      'remove',
      photos,
      '--server',
      await server.waitFor(/http:\/\/127\.0\.0\.1:\d+/),
      '--key',
      'a-caller-key',
    ]
    await cli.runHere([...args, '--state', join(directory, 'one')])
    await rm(join(photos, '0-no-background.png'))

    const { code, stdout } = await cli.runHere([...args, '--state', join(directory, 'two')])

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done: 1\ncharged: nothing\n' })
    expect(upstream.paid).toHaveLength(1)
  })
})

test('a photo that Magic Hour refuses fails alone, and is sent once', async ({ cli, directory }) => {
  await using upstream = await startPayingStorage()
  const { photos, env } = await setUp(directory, 4, upstream)
  upstream.nextCreate(json(422, { code: 'unprocessable_entity', message: 'There is nobody in this picture.' }))

  const { code, stdout } = await cli.runHere(['remove', photos], env)

  expect(code).toBe(1)
  expect(stdout).toMatch(
    /^done: 3\nfailed: 1\n {2}.*\.jpg: UNPROCESSABLE: There is nobody in this picture\.\ncharged: 15 credits\nRun it again to go on/,
  )
  expect(upstream.creates()).toBe(4)
})

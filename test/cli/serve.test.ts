import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { describe, expect } from 'vitest'
import { test } from './cli-test.ts'

describe.concurrent('serve', () => {
  test('it is what runs without a command, says where it listens, and ends well when it is told to', async ({
    cli,
  }) => {
    const server = cli.start([], { PORT: '0', MAGIC_HOUR_API_KEY: 'a-real-looking-key' })
    const url = await server.waitFor(/http:\/\/127\.0\.0\.1:\d+\/graphql/)
    await server.waitFor('the sandbox answers in place of Magic Hour; nothing is charged')
    const { statusCode, body } = await post(url, '{ account { credits } }')
    expect({ statusCode, body: await body.json() }).toMatchObject({ statusCode: 200, body: { data: { account: {} } } })

    server.process.kill('SIGTERM')

    const { code, stdout, stderr } = await server.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('"level":40')
    expect(stdout).toContain('MAGIC_HOUR_API_KEY is set but not used')
    expect(stdout).not.toContain('a-real-looking-key')
    for (const line of stdout.trim().split('\n')) expect(line).toMatch(/^\{"level":\d+,.*\}$/)
  })

  test('a Ctrl-C that npm hands on a second time is still one', async ({ cli }) => {
    const server = cli.start(['serve'], { PORT: '0' })
    await server.waitFor('listening')

    server.process.kill('SIGINT')
    server.process.kill('SIGINT')

    expect(await server.ended).toMatchObject({ code: 0 })
  })

  test('a second signal ends it at once, whatever is under way', async ({ cli }) => {
    const server = cli.start(['serve'], { PORT: '0' })
    const url = new URL(await server.waitFor(/http:\/\/127\.0\.0\.1:\d+/))
    const client = connect(Number(url.port), url.hostname).on('error', () => {})
    // The server answers this line by line: with `100 Continue` it has taken the request, whose body never comes.
    client.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n',
    )
    await once(client, 'data')

    const stopped = server.ended.then(() => 'stopped' as const)
    server.process.kill('SIGTERM')
    // Repeated, because what follows the first too closely counts as its echo.
    while ((await Promise.race([stopped, sleep(100)])) !== 'stopped') server.process.kill('SIGTERM')

    const { code, stdout } = await server.ended
    expect(code).toBe(1)
    expect(stdout).toContain('asked again to stop: ending at once')
    client.destroy()
  })

  test('a port in use is said in words', async ({ cli }) => {
    await using taken = await aTakenPort()

    const { code, stdout, stderr } = await cli.run(['serve'], { PORT: taken.port })

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `magic-hour-graphql: It cannot listen at 127.0.0.1:${taken.port}: the port is in use already. Stop what uses it, or choose another with PORT (SANDBOX_PORT for the sandbox).\n`,
    )
  })

  test('all settings that are wrong are listed at once', async ({ cli }) => {
    const { code, stdout, stderr } = await cli.runHere(['serve'], {
      PORT: 'http',
      ALLOW_ANONYMOUS: 'perhaps',
      MAGIC_HOUR_BASE_URL: 'magichour',
    })

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^magic-hour-graphql: these settings are wrong:\n( {2}[A-Z_]+: .+\n){3}See docs/)
  })
})

const post = (url: string, query: string) =>
  request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })

const aTakenPort = async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: String(typeof address === 'object' ? address?.port : ''),
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

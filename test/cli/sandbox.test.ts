import { request } from 'undici'
import { describe, expect } from 'vitest'
import { test } from './cli-test.ts'

describe.concurrent('sandbox', () => {
  test('it says what it is, logs one line a request without its query, and ends well when it is told to', async ({
    cli,
  }) => {
    const sandbox = cli.start(['sandbox'], { SANDBOX_PORT: '0' })
    const url = await sandbox.waitFor(/http:\/\/127\.0\.0\.1:\d+/)
    const { statusCode } = await request(`${url}/v1/account?secret=1`, {
      headers: { authorization: 'Bearer any-text' },
    })
    expect(statusCode).toBe(200)
    await sandbox.waitFor(/"method":"GET","path":"\/v1\/account","status":200,"ms":\d+/)

    sandbox.process.kill('SIGTERM')

    const { code, stdout, stderr } = await sandbox.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('this is a sandbox in place of Magic Hour; nothing is charged')
    expect(stdout).not.toMatch(/secret=1|any-text/)
  })

  test('in production it runs, since it was asked for by name, with a warning; the settings of the gateway are nothing to it', async ({
    cli,
  }) => {
    const sandbox = cli.start(['sandbox'], {
      NODE_ENV: 'production',
      SANDBOX_PORT: '0',
      MAGIC_HOUR_API_KEY: 'without-gateway-keys',
      PORT: 'wrong',
    })
    await sandbox.waitFor(/"level":40.*NODE_ENV=production/)
    await sandbox.waitFor('listening')

    sandbox.process.kill('SIGINT')

    expect(await sandbox.ended).toMatchObject({ code: 0 })
  })
})

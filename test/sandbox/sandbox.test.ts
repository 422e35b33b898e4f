import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import { Caller, startSandbox } from './support.ts'

test('a sandbox has no address before it is started', () => {
  expect(() => createSandbox().url).toThrow('before it is started')
})

test('starting twice starts one sandbox', async () => {
  const sandbox = await startSandbox()
  const { url } = sandbox
  await sandbox.start()
  expect(sandbox.url).toBe(url)
})

test('stopping twice, or before the start, does no harm', async () => {
  const sandbox = createSandbox()
  await sandbox.stop()
  await sandbox.start()
  await sandbox.stop()
  await sandbox.stop()
})

test('a sandbox started again is empty', async () => {
  const sandbox = await startSandbox({ credits: 50 })
  await new Caller(sandbox).create('https://example.invalid/photo.jpg')
  await sandbox.stop()
  await sandbox.start()
  expect(await new Caller(sandbox).credits()).toBe(50)
})

test('a port that is taken makes the start fail, and a later start works', async () => {
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void blocker.close())
  const address = blocker.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const sandbox = createSandbox({ port })
  onTestFinished(() => sandbox.stop())

  await expect(sandbox.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await new Promise((resolve) => blocker.close(resolve))
  await sandbox.start()
  expect(sandbox.url).toBe(`http://127.0.0.1:${port}`)
})

test('a sandbox on all addresses is reached as localhost', async () => {
  const sandbox = await startSandbox({ host: '0.0.0.0' })
  expect(sandbox.url).toMatch(/^http:\/\/localhost:\d+$/)
})

import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { isPublicAddress } from '../../src/sandbox/safe-address.ts'
import { safeFetch } from '../../src/sandbox/safe-fetch.ts'
import type { SafeFetchOptions } from '../../src/sandbox/safe-fetch.ts'

const fetchFrom = (url: string, options: Partial<SafeFetchOptions> = {}): Promise<Buffer> =>
  safeFetch(new URL(url), {
    isAllowed: () => true,
    maxBytes: 1_000,
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    ...options,
  })

/** A server on 127.0.0.1 that counts its requests. */
const serve = async (listener: RequestListener): Promise<{ port: number; hits: () => number }> => {
  let hits = 0
  const server = createServer((request, response) => {
    hits += 1
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  return { port: address !== null && typeof address === 'object' ? address.port : 0, hits: () => hits }
}

test.each(['8.8.8.8', '1.1.1.1', '203.0.114.1', '2001:4860:4860::8888', '::ffff:8.8.8.8'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test.each([
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '198.18.0.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  'fe80::1',
  'fec0::1',
  'fd00:ec2::254',
  'ff02::1',
  'localhost',
  '',
])('%j is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each([
  'http://127.0.0.1:PORT/a.png',
  'http://127.1:PORT/a.png',
  'http://2130706433:PORT/a.png',
  'http://0x7f000001:PORT/a.png',
  'http://[::ffff:127.0.0.1]:PORT/a.png',
  'http://localhost:PORT/a.png',
  'http://LOCALHOST:PORT/a.png',
])('%s is refused before anything is sent', async (url) => {
  const { port, hits } = await serve((_request, response) => response.end('picture'))
  const fetching = fetchFrom(url.replace('PORT', String(port)), { isAllowed: isPublicAddress })
  await expect(fetching).rejects.toMatchObject({
    code: 'invalid_parameters',
    message: 'The image URL does not lead to a public http or https address.',
  })
  expect(hits()).toBe(0)
})

test('a name is refused when one of its addresses is not allowed', async () => {
  const { port } = await serve((_request, response) => response.end('picture'))
  const asked: string[] = []
  const isAllowed = (address: string): boolean => {
    asked.push(address)
    return false
  }
  await expect(fetchFrom(`http://localhost:${port}/a.png`, { isAllowed })).rejects.toThrow('public')
  expect(asked[0]).toMatch(/^(127\.0\.0\.1|::1)$/)
})

test('the body of an allowed address is read', async () => {
  const { port } = await serve((_request, response) => response.end('picture'))
  const isAllowed = (address: string): boolean => ['127.0.0.1', '::1'].includes(address)
  expect(String(await fetchFrom(`http://127.0.0.1:${port}/a.png`, { isAllowed }))).toBe('picture')
  expect(String(await fetchFrom(`http://localhost:${port}/a.png`, { isAllowed }))).toBe('picture')
})

test('up to three redirects are followed', async () => {
  const { port, hits } = await serve((request, response) => {
    const step = Number(request.url?.slice(1))
    if (step === 0) return response.end('picture')
    return response.writeHead(302, { location: `/${step - 1}` }).end()
  })
  expect(String(await fetchFrom(`http://127.0.0.1:${port}/3`))).toBe('picture')
  await expect(fetchFrom(`http://127.0.0.1:${port}/4`)).rejects.toThrow('redirects more than 3 times')
  expect(hits()).toBe(8)
})

test.each([
  'http://127.0.0.2/a.png',
  'http://[::1]/a.png',
  'http://localhost/a.png',
  'file:///etc/passwd',
  'gopher://127.0.0.1/',
])('a redirect to %s is refused like a first address', async (location) => {
  const { port } = await serve((_request, response) => response.writeHead(307, { location }).end())
  const addressesBeforeRedirect = new Set(['127.0.0.1'])
  const isAllowed = (address: string): boolean => addressesBeforeRedirect.delete(address)
  await expect(fetchFrom(`http://127.0.0.1:${port}/a.png`, { isAllowed })).rejects.toThrow('public')
})

test.each([204, 301, 404, 500])('status %i without a usable location is no picture', async (status) => {
  const { port } = await serve((_request, response) => response.writeHead(status).end())
  await expect(fetchFrom(`http://127.0.0.1:${port}/a.png`)).rejects.toThrow(`answered with status ${status}`)
})

test('a body is refused by its stated length before it is read', async () => {
  const { port } = await serve((_request, response) => response.writeHead(200, { 'content-length': 1_001 }).write('x'))
  await expect(fetchFrom(`http://127.0.0.1:${port}/a.png`)).rejects.toMatchObject({ code: 'file_too_large' })
})

test('a body without a stated length is refused as soon as it grows too large', async () => {
  const { port } = await serve((_request, response) => response.write('x'.repeat(1_001)))
  await expect(fetchFrom(`http://127.0.0.1:${port}/a.png`)).rejects.toMatchObject({ code: 'file_too_large' })
})

test('a server that sends no end is given up after the time allowed', async () => {
  const { port } = await serve((_request, response) => response.write('x'))
  await expect(fetchFrom(`http://127.0.0.1:${port}/a.png`, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'invalid_parameters',
    message: 'The image URL took too long to answer.',
  })
})

test('a fetch ends when the sandbox stops', async () => {
  const stopping = new AbortController()
  const { port } = await serve(() => stopping.abort())
  await expect(fetchFrom(`http://127.0.0.1:${port}/a.png`, { signal: stopping.signal })).rejects.toThrow(
    'could not be fetched',
  )
})

test('what the network says is not passed on', async () => {
  const { port } = await serve((_request, response) => response.destroy())
  const url = `http://127.0.0.1:${port}/a.png`
  await expect(fetchFrom(url)).rejects.toThrow(/^The image URL could not be fetched\.$/)
})

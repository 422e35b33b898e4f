import { expect, test } from 'vitest'
import { Interrupted } from '../../src/cli/failures.ts'
import { RequestRefused } from '../../src/cli/graphql-client.ts'
import { ThrottledForLong, createThrottle } from '../../src/cli/throttle.ts'

const tooMuch = (retryAfterSeconds: number | null): RequestRefused =>
  new RequestRefused({
    message: 'Too many requests.',
    extensions: {
      code: 'RATE_LIMITED',
      charged: 'NO',
      retryable: true,
      retryAfterSeconds,
      jobId: null,
      submissionName: null,
    },
  })

const setUp = (patienceMs?: number) => {
  const stopping = new AbortController()
  const waits: number[] = []
  const onWait = (waitMs: number): void => void waits.push(waitMs)
  const options = { signal: stopping.signal, onWait }
  return {
    stopping,
    waits,
    throttle: createThrottle(patienceMs === undefined ? options : { ...options, patienceMs }),
  }
}

/** Refuses so often, then answers; remembers how many were under way at once. */
const aServer = (refusals: number, retryAfterSeconds: number) => {
  let left = refusals
  let underWay = 0
  const seen: number[] = []
  const request = async (): Promise<string> => {
    underWay += 1
    seen.push(underWay)
    const isRefused = left > 0
    left -= 1
    // Once through the event loop, so that others can come in between.
    await new Promise((resolve) => setImmediate(resolve))
    underWay -= 1
    if (isRefused) throw tooMuch(retryAfterSeconds)
    return 'answer'
  }
  return { request, seen }
}

test('while the server throttles one request goes ahead at a time, and all come through', async () => {
  const { throttle } = setUp()
  const { request, seen } = aServer(6, 0.02)

  const answers = await Promise.all([1, 2, 3, 4].map(() => throttle.send(request)))

  expect(answers).toEqual(['answer', 'answer', 'answer', 'answer'])
  // Four together are refused; the next ones come alone, until one has passed.
  expect(seen.slice(0, 7)).toEqual([1, 2, 3, 4, 1, 1, 1])
})

test('refusals that come together are told once, with the wait that was asked for', async () => {
  const { throttle, waits } = setUp()
  const { request } = aServer(4, 0.05)

  await Promise.all([1, 2, 3, 4].map(() => throttle.send(request)))

  expect(waits).toEqual([50])
})

test('a server that never stops throttling is given up when the patience is over', async () => {
  const { throttle } = setUp(50)
  const { request, seen } = aServer(1_000, 0.02)

  await expect(throttle.send(request)).rejects.toBeInstanceOf(ThrottledForLong)
  expect(seen.length).toBeLessThan(10)
})

test('another failure is handed on at once', async () => {
  const { throttle } = setUp()
  const failure = new TypeError('something else')

  await expect(throttle.send(() => Promise.reject(failure))).rejects.toBe(failure)
})

test('a stop ends the waiting', async () => {
  const { throttle, stopping, waits } = setUp()
  const { request } = aServer(1, 3_600)
  const sent = throttle.send(request)
  await expect.poll(() => waits).toHaveLength(1)

  stopping.abort(new Interrupted('SIGINT'))

  await expect(sent).rejects.toBeInstanceOf(Interrupted)
})

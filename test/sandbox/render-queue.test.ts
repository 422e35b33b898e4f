import { expect, test } from 'vitest'
import { createRenderQueue } from '../../src/sandbox/render-queue.ts'

/** A task that ends when it is told to, and counts itself in `running`. */
const aTask = (log: string[], name: string) => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const task = async (): Promise<string> => {
    log.push(name)
    await promise
    return name
  }
  return { task, end: () => resolve(undefined) }
}

test('no more tasks run at the same time than allowed, and the rest follow in order', async () => {
  const started: string[] = []
  const queue = createRenderQueue(2)
  const [a, b, c] = [aTask(started, 'a'), aTask(started, 'b'), aTask(started, 'c')]
  const results = [queue.run(a.task), queue.run(b.task), queue.run(c.task)]
  expect(started).toEqual(['a', 'b'])
  b.end()
  await results[1]
  expect(started).toEqual(['a', 'b', 'c'])
  a.end()
  c.end()
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c'])
})

test('a task that fails makes room for the next', async () => {
  const queue = createRenderQueue(1)
  const failing = queue.run(() => Promise.reject(new TypeError('no')))
  const next = queue.run(() => Promise.resolve('next'))
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('next')
})

test('stopping waits for what runs and starts nothing more', async () => {
  const started: string[] = []
  const queue = createRenderQueue(1)
  const [running, waiting] = [aTask(started, 'running'), aTask(started, 'waiting')]
  const result = queue.run(running.task)
  void queue.run(waiting.task)
  const stopped = queue.stop()
  running.end()
  await stopped
  expect(await result).toBe('running')
  expect(started).toEqual(['running'])
})

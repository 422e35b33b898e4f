/** Lets a few tasks run at the same time; the rest wait in order. */
export interface RenderQueue {
  run: <T>(task: () => Promise<T>) => Promise<T>
  /** Starts nothing more and waits for what is running. A task that was still waiting never settles. */
  stop: () => Promise<void>
}

/** A queue with nothing in it. */
export const createRenderQueue = (maxRunning: number): RenderQueue => {
  const waiting: (() => void)[] = []
  const running = new Set<Promise<unknown>>()
  let isStopped = false

  const startNext = (): void => {
    if (!isStopped && running.size < maxRunning) waiting.shift()?.()
  }
  const start = <T>(task: () => Promise<T>): Promise<T> => {
    const work = task().finally(() => {
      running.delete(work)
      startNext()
    })
    running.add(work)
    return work
  }
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        waiting.push(() => {
          start(task).then(resolve, reject)
        })
        startNext()
      }),
    stop: async () => {
      isStopped = true
      waiting.length = 0
      await Promise.allSettled(running)
    },
  }
}

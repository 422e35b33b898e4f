/**
 * Lets only so many of the things it is given run at a time; the others wait in order. Browsers open six connections to a server:
 * whoever takes them all leaves none for the rest of the page.
 */
export const createLimit = (most: number) => {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      // The place is handed on.
      if (next === undefined) running -= 1
      else next()
    }
  }
}

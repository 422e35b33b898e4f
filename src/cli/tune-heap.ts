import { setFlagsFromString } from 'node:v8'

/**
 * What V8 is told about the heap, each for a reason that was measured (docs/performance.md):
 *
 * - Not to learn from an overload where to put new objects. When some hundred requests are answered at once, most of what they make
 *   outlives a young collection, and V8 takes that for its nature: from then on such objects go straight to the old generation, where
 *   they keep all that they refer to from being collected while it is young, though the load may long be gone.
 * - To collect the old generation once it is twice as large as what was alive in it. Left to itself V8 does so after a tenth of that
 *   under load, every five seconds, and the threads that mark take the core from the requests.
 */
export const heapFlags = ['--no-allocation-site-pretenuring', '--heap-growing-percent=100'] as const

/** Tunes V8 for this process. Called before there is any load: it says nothing of what was learnt already. */
export const tuneHeap = (): void => heapFlags.forEach(setFlagsFromString)

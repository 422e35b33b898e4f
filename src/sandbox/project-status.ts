import type { Outcome } from './renderer.ts'

/** The statuses a project goes through, in upstream's words (`draft` is named there but not used). */
export type ProjectStatus = 'queued' | 'rendering' | Outcome['status']

/** What the status at a moment follows from. */
export interface RenderProgress {
  readonly createdAtMs: number
  /** How much of the render time it waits for its turn. */
  readonly queuedMs: number
  /** How long the render is made to look. The real work may take longer, then that counts. */
  readonly renderMs: number
  /** null while the real work goes on. */
  readonly outcome: Outcome | null
}

/** The status at a moment: queued at first, final when time and work are both over. */
export const statusAt = (progress: RenderProgress, nowMs: number): ProjectStatus => {
  const { createdAtMs, queuedMs, renderMs, outcome } = progress
  const elapsedMs = nowMs - createdAtMs
  if (elapsedMs < queuedMs) return 'queued'
  return elapsedMs < renderMs || outcome === null ? 'rendering' : outcome.status
}

/** The next moment at which time alone may change the status; null when only the end of the work can, or nothing any more. */
export const nextChangeAtMs = (progress: RenderProgress, nowMs: number): number | null => {
  const { createdAtMs, queuedMs, renderMs } = progress
  return [createdAtMs + queuedMs, createdAtMs + renderMs].find((atMs) => atMs > nowMs) ?? null
}

/** The part of a render time that a project spends in the queue: 30 %. */
export const queuedMsOf = (renderMs: number): number => renderMs * 0.3

/** Whether a status is the last one a project has. */
export const isFinal = (status: ProjectStatus): boolean => status !== 'queued' && status !== 'rendering'

/**
 * Spreads render times around their median, the same way in each run: 75 to 125 % of it.
 *
 * @param medianMs  what half of the jobs stay under
 * @param ordinal   1 for the first job of the process
 */
export const spreadRenderMs = (medianMs: number, ordinal: number): number =>
  Math.round(medianMs * (0.75 + 0.5 * ((ordinal * goldenRatio) % 1)))

// Its multiples, taken modulo 1, fill the range evenly without repeating.
const goldenRatio = 0.618_033_988_749_895

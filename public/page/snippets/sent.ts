import type { SentOperation } from '../wire/send.ts'

/** A step that the page has taken: an operation, or a file that was put to its place. */
export type Sent = { readonly id: number; readonly count: number } & (
  | { readonly step: 'OPERATION'; readonly operation: SentOperation }
  | { readonly step: 'PUT'; readonly path: string; readonly fileName: string; readonly sizeBytes: number }
)

/** What is added to the steps. */
export type NewStep =
  | { readonly step: 'OPERATION'; readonly operation: SentOperation }
  | { readonly step: 'PUT'; readonly path: string; readonly fileName: string; readonly sizeBytes: number }

/** So many steps are kept, the latest ones. */
export const mostSteps = 60

/** Adds a step at the end; the same operation with the same variables is counted in place. */
export const addStep = (sent: readonly Sent[], step: NewStep): readonly Sent[] => {
  const same = sent.findLast((other) => isSame(other, step))
  if (same !== undefined) return sent.map((other) => (other === same ? { ...other, count: other.count + 1 } : other))
  const id = (sent.at(-1)?.id ?? 0) + 1
  return [...sent, { ...step, id, count: 1 }].slice(-mostSteps)
}

const isSame = (a: Sent, b: NewStep): boolean =>
  a.step === 'OPERATION' &&
  b.step === 'OPERATION' &&
  a.operation.query === b.operation.query &&
  JSON.stringify(a.operation.variables) === JSON.stringify(b.operation.variables)

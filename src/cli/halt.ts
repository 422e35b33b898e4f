import { NotSent, hasCode } from './failures.ts'
import { type Fault, faultOf } from './removal-failed.ts'

/** Decides when a failure is not about one photo but about all of them, so that going on makes no sense. */
export interface Halt {
  /** Takes note of how a photo ended; null: well. */
  readonly note: (error: unknown) => void
  /** What stopped the run; null: nothing has. */
  readonly reason: () => Fault | null
  /** @throws NotStarted once the run is stopped */
  readonly check: () => void
}

/** A photo that was not sent any more. */
export class NotStarted extends NotSent {
  constructor() {
    super('The run was stopped before this photo was sent.', { code: 'NOT_STARTED' })
  }
}

/** What fails for one photo fails for all: who asks, what they may do, whether anybody answers, and whether answers can be kept. */
const concernsAll: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'INSUFFICIENT_CREDITS',
  'PLAN_UPGRADE_REQUIRED',
  'JOB_NOT_RECORDED',
  'RATE_LIMITED',
  'SERVER_UNREACHABLE',
  'STATE_UNUSABLE',
])

/** What may be about one photo, but not several times in a row. */
const concernsAllInARow: ReadonlySet<string> = new Set([
  'FORBIDDEN',
  'INTERNAL_SERVER_ERROR',
  'LEDGER_UNAVAILABLE',
  'SHUTTING_DOWN',
  'UNREADABLE_ANSWER',
  'UPSTREAM_UNAVAILABLE',
])
const inARow = 3

/** A disk that takes nothing more takes no picture of any photo. */
const disk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])

/** May be about the folder of one photo, or of all. */
const folder: ReadonlySet<string> = new Set(['EACCES', 'EEXIST', 'ENOTDIR', 'EPERM'])

const isForAll = ({ code }: Fault, error: unknown): boolean =>
  concernsAll.has(code) || (code === outputUnusable && hasCode(error, disk))

const mayBeForAll = ({ code }: Fault, error: unknown): boolean =>
  concernsAllInARow.has(code) || (code === outputUnusable && hasCode(error, folder))

const outputUnusable = 'OUTPUT_UNUSABLE'

/** Makes one, for a whole run. */
export const createHalt = (): Halt => {
  let reason: Fault | null = null
  let row = 0
  return {
    note: (error) => {
      if (error instanceof NotStarted) return
      const fault = error === null ? null : faultOf(error)
      row = fault !== null && mayBeForAll(fault, error) ? row + 1 : 0
      if (fault !== null && (isForAll(fault, error) || row >= inARow)) reason ??= fault
    },
    reason: () => reason,
    check: () => {
      if (reason !== null) throw new NotStarted()
    },
  }
}

import { stat } from 'node:fs/promises'
import { type Board, createBoard } from './board.ts'
import type { RemoveOptions } from './command-line.ts'
import { withConnection } from './connection.ts'
import { CommandFailure, UsageError } from './failures.ts'
import { findPhotos } from './find-photos.ts'
import { createHalt } from './halt.ts'
import { readImageInput } from './image-input.ts'
import type { Io } from './io.ts'
import { type PlannedPhoto, planOutputs } from './plan-outputs.ts'
import { type PhotoResult, type Summary, type Tally, createTally, toLine } from './report.ts'
import { type Run, createRun } from './run.ts'
import { resultWords, summaryWords } from './summary-words.ts'
import { printable } from './text.ts'
import { type StopWatch, watchForStop } from './watch-for-stop.ts'
import { notStarted, workOnPhoto } from './work-on-photo.ts'

/**
 * Removes the backgrounds of many photos, some at a time. What can be found wrong with all of them together is found before
 * anything is sent; a photo that fails does not keep the others from being done.
 *
 * @returns the exit code: 1 when a photo failed or was left, 129 to 143 when it was stopped
 * @throws CommandFailure, ConfigError when nothing could be begun
 */
export const removeMany = async (options: RemoveOptions, io: Io): Promise<number> => {
  const photos = await plan(options, io)
  const background = options.background === null ? null : await readImageInput(options.background)
  const tally = createTally()
  const board = createBoard(io.stderr, { terminal: io.environment['TERM'], sums: () => sumsOf(tally, photos.length) })
  const stopping = watchForStop(io, board.note)
  const halt = createHalt()
  try {
    return await withConnection({ options, environment: io.environment, note: board.note }, async (connection) => {
      const run = createRun({ options, background, board, halt, signal: stopping.signal }, connection)
      await workOnAll(run, { photos, onResult: (result) => take(result, { tally, board, options, io }) })
      const summary = summaryOf(run, { tally, stopping, total: photos.length })
      board.end()
      io.stdout.write(
        options.json ? toLine({ summary }) : summaryWords(summary, { ...run, troubled: tally.troubled() }),
      )
      return summary.exitCode
    })
  } finally {
    stopping.end()
    board.end()
  }
}

const plan = async ({ photos, output }: RemoveOptions, { stderr }: Io): Promise<readonly PlannedPhoto[]> => {
  const present = output === null ? null : await stat(output).catch(() => null)
  if (output !== null && present === null && /\.png$/i.test(output)) {
    throw new UsageError(`For several photos --output is the folder for all of them (not «${output}»).`)
  }
  if (present?.isDirectory() === false) {
    throw new UsageError(`For several photos --output is a folder, and «${output}» is none.`)
  }
  const { photos: found, resultsLeftOut } = await findPhotos(photos, output)
  if (resultsLeftOut > 0) stderr.write(`left out: ${resultsLeftOut} that end in -no-background.png, as results do\n`)
  if (found.length > 0) return planOutputs(found, output)
  throw new CommandFailure(`There is no photo in ${photos.map((photo) => printable(photo, 100)).join(', ')}.`, {
    code: 'NO_PHOTOS',
  })
}

interface Work {
  readonly photos: readonly PlannedPhoto[]
  readonly onResult: (result: PhotoResult) => void
}

/** Every worker takes the next photo when it is through with one, so that files are opened and read one a worker. */
const workOnAll = async (run: Run, { photos, onResult }: Work): Promise<void> => {
  const left = photos.values()
  const worker = async (): Promise<void> => {
    for (const photo of left) {
      const isStopped = run.signal.aborted || run.halt.reason() !== null
      onResult(isStopped ? notStarted(photo) : await workOnPhoto(run, photo))
    }
  }
  await Promise.all(Array.from({ length: run.options.concurrency }, worker))
}

interface Taking {
  readonly tally: Tally
  readonly board: Board
  readonly options: RemoveOptions
  readonly io: Io
}

const take = (result: PhotoResult, { tally, board, options, io }: Taking): void => {
  tally.add(result)
  if (options.json) io.stdout.write(toLine(result))
  const words = resultWords(result)
  if (words !== null) board.note(words)
}

const sumsOf = (tally: Tally, total: number) => {
  const { done, skipped, failed, unknown, 'not-started': left } = tally.counts()
  return {
    total,
    ended: done + skipped + failed + unknown + left,
    worked: done + failed + unknown,
    failed: failed + unknown,
    creditsCharged: tally.creditsCharged(),
  }
}

const summaryOf = (
  { halt, isSandbox }: Run,
  { tally, stopping, total }: { readonly tally: Tally; readonly stopping: StopWatch; readonly total: number },
): Summary => {
  const { done, skipped, failed, unknown, 'not-started': left } = tally.counts()
  const interrupted = stopping.reason()
  const reason = interrupted ?? halt.reason()
  return {
    photos: total,
    done,
    skipped,
    failed,
    notStarted: left,
    unknown,
    creditsCharged: tally.creditsCharged(),
    paidUnknown: tally.paidUnknown(),
    sandbox: isSandbox(),
    stopped: reason === null ? null : { code: reason.code, message: reason.message },
    exitCode: interrupted?.exitCode ?? (failed + unknown + left > 0 ? 1 : 0),
  }
}

import { randomUUID } from 'node:crypto'
import { Agent } from 'undici'
import type { RemoveOptions } from './command-line.ts'
import { CommandFailure, Interrupted, wordsOf } from './failures.ts'
import { createGraphQLClient } from './graphql-client.ts'
import { type ImageInput, readImageInput } from './image-input.ts'
import type { Io } from './io.ts'
import { type RemovalJob, createRemovalApi } from './operations.ts'
import { chooseOutputFile } from './output-file.ts'
import { type Progress, createProgress } from './progress.ts'
import { type Removal, runRemoval } from './removal.ts'
import { openServer } from './server.ts'
import { onStopSignal } from './stop-signal.ts'
import { formatCredits, printable } from './text.ts'

/**
 * Removes the background of one photo and writes the PNG. What can be found wrong is, before anything is sent.
 *
 * @returns the exit code
 * @throws CommandFailure  with what was charged, as far as that is known
 * @throws ConfigError     with all settings that are wrong
 */
export const remove = async (options: RemoveOptions, io: Io): Promise<number> => {
  const plan = await checkInputs(options)
  const progress = createProgress(io.stderr, io.environment['TERM'])
  const stopping = watchForStop(progress)
  try {
    const { job, isSandbox } = await withServer(options, io, { ...plan, progress, signal: stopping.signal })
    progress.end()
    io.stdout.write(resultLines(plan.outputPath, job, isSandbox))
    return 0
  } catch (error) {
    throw stopping.asEnded(error)
  } finally {
    stopping.end()
    progress.end()
  }
}

type Plan = Pick<Removal, 'photo' | 'background' | 'outputPath' | 'name'>

const checkInputs = async ({ photo, background, output, force, name }: RemoveOptions): Promise<Plan> => {
  const inputs: { photo: ImageInput; background: ImageInput | null } = {
    photo: await readImageInput(photo),
    background: background === null ? null : await readImageInput(background),
  }
  return { ...inputs, outputPath: await chooseOutputFile({ output, force, ...inputs }), name }
}

/** The first Ctrl-C stops where nothing paid can be lost by it, the second at once. */
const watchForStop = (progress: Progress) => {
  const stopping = new AbortController()
  let reason: Interrupted | null = null
  const end = onStopSignal({
    onFirst: (signal) => {
      reason = new Interrupted(signal)
      progress.note('Stopping as soon as no paid job can be lost by it. Once more to stop at once.')
      stopping.abort(reason)
    },
    onSecond: (signal) => {
      progress.note('Stopped at once. Without a job id above, look into your Magic Hour library before you try again.')
      process.exit(new Interrupted(signal).exitCode)
    },
  })
  return {
    signal: stopping.signal,
    end,
    /** A failure that came after the stop was asked for ends with the exit code of the stop. */
    asEnded: (error: unknown): unknown =>
      reason === null ? error : new CommandFailure(wordsOf(error), { cause: error, exitCode: reason.exitCode }),
  }
}

const withServer = async (
  { server: wished, key }: RemoveOptions,
  { environment }: Io,
  removal: Omit<Removal, 'api' | 'dispatcher' | 'idempotencyKey'>,
): Promise<{ readonly job: RemovalJob; readonly isSandbox: boolean }> => {
  const { progress } = removal
  const server = await openServer({ server: wished, key, environment, note: progress.note })
  const dispatcher = new Agent()
  let isSandbox = false
  const onSandbox = (): void => {
    if (!isSandbox) progress.note('sandbox: it stands in for Magic Hour, nothing is charged')
    isSandbox = true
  }
  const client = createGraphQLClient({ url: server.url, key: server.key, dispatcher, onSandbox })
  try {
    const api = createRemovalApi(client)
    const job = await runRemoval({ ...removal, api, dispatcher, idempotencyKey: randomUUID() })
    return { job, isSandbox }
  } finally {
    await dispatcher.destroy()
    await server.stop()
  }
}

const resultLines = (path: string, { id, creditsCharged }: RemovalJob, isSandbox: boolean): string => {
  const credits = creditsCharged === null ? 'not known' : formatCredits(creditsCharged)
  return `file: ${path}\njob: ${printable(id)}\ncharged: ${credits}${isSandbox ? ' (sandbox: in fact nothing)' : ''}\n`
}

import { randomUUID } from 'node:crypto'
import { collect } from './collect.ts'
import type { RemoveOptions } from './command-line.ts'
import { type Connection, withConnection } from './connection.ts'
import { contentKeyOf, fingerprintOf } from './content-key.ts'
import { type ImageInput, readImageInput } from './image-input.ts'
import type { Io } from './io.ts'
import type { RemovalJob } from './operations.ts'
import { checkOutputName, chooseOutputFile } from './output-file.ts'
import { keepOutput } from './output-record.ts'
import { createProgress } from './progress.ts'
import { type Removal, obtainJob } from './removal.ts'
import { formatCredits, printable } from './text.ts'
import { watchForStop } from './watch-for-stop.ts'

/**
 * Removes the background of one photo and writes the PNG. What can be found wrong is, before anything is sent.
 *
 * @returns the exit code
 * @throws CommandFailure  with what was charged, as far as that is known
 * @throws ConfigError     with all settings that are wrong
 */
export const removeOne = async (photo: string, options: RemoveOptions, io: Io): Promise<number> => {
  const plan = await checkInputs(photo, options)
  const { environment } = io
  const progress = createProgress(io.stderr, environment['TERM'])
  const stopping = watchForStop(io, progress.note)
  try {
    const ended = await withConnection({ options, environment, note: progress.note }, (connection) =>
      run({ ...plan, ...connection, progress, signal: stopping.signal }, options.again),
    )
    progress.end()
    io.stdout.write(resultLines(plan.outputPath, ended))
    return 0
  } catch (error) {
    throw stopping.asEnded(error)
  } finally {
    stopping.end()
    progress.end()
  }
}

type Plan = Pick<Removal, 'photo' | 'background' | 'outputPath' | 'name'>

const checkInputs = async (photo: string, { background, output, force, name }: RemoveOptions): Promise<Plan> => {
  checkOutputName(output)
  const inputs: { photo: ImageInput; background: ImageInput | null } = {
    photo: await readImageInput(photo),
    background: background === null ? null : await readImageInput(background),
  }
  return { ...inputs, outputPath: await chooseOutputFile({ output, force, ...inputs }), name }
}

interface Ended {
  readonly job: RemovalJob
  readonly isNew: boolean | null
  readonly isSandbox: boolean
}

const run = async (
  plan: Plan & Connection & Pick<Removal, 'progress' | 'signal'>,
  isAgain: boolean,
): Promise<Ended> => {
  const runStartedAt = new Date()
  const contentKey = await contentKeyOf(
    { ...plan, background: plan.background && (await fingerprintOf(plan.background, plan.signal)) },
    plan.signal,
  )
  const removal: Removal = {
    ...plan,
    contentKey,
    runStartedAt,
    again: isAgain ? randomUUID() : null,
    maxAttempts: () => 4,
    shareBackground: (place) => place(),
    checkGoOn: () => {},
  }
  const { job: made, isNew } = await obtainJob(removal)
  const job = await collect(removal, made)
  await keepOutput(plan, { path: plan.outputPath, contentKey, jobId: job.id })
  return { job, isNew, isSandbox: plan.isSandbox() }
}

const resultLines = (path: string, { job, isNew, isSandbox }: Ended): string => {
  const credits = job.creditsCharged === null ? 'not known' : formatCredits(job.creditsCharged)
  const remark = isSandbox ? ' (sandbox: in fact nothing)' : newnessRemarks[`${isNew}`]
  return `file: ${printable(path, Infinity)}\njob: ${printable(job.id)}\ncharged: ${credits}${remark}\n`
}

const newnessRemarks = {
  true: '',
  false: ' (by an earlier run, nothing now)',
  null: ' (now, or by a run a moment ago: that is not known)',
} as const

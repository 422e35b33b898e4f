import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { collect } from './collect.ts'
import { contentKeyOf } from './content-key.ts'
import { CommandFailure, reasonOf } from './failures.ts'
import { NotStarted } from './halt.ts'
import { readImageInput } from './image-input.ts'
import { checkOutput } from './output-file.ts'
import { findDone, keepOutput } from './output-record.ts'
import type { PlannedPhoto } from './plan-outputs.ts'
import type { Progress } from './progress.ts'
import { type Obtained, type Removal, obtainJob } from './removal.ts'
import { RemovalFailed, faultOf } from './removal-failed.ts'
import type { PhotoResult } from './report.ts'
import type { Run } from './run.ts'
import { printable } from './text.ts'

/** Does everything for one photo of a run. Never rejects: what went wrong is part of the result. */
export const workOnPhoto = async (run: Run, photo: PlannedPhoto): Promise<PhotoResult> => {
  const progress = run.board.photo(photo.label)
  const course: Course = { made: null }
  try {
    const result = await attempt(run, photo, { progress, course })
    run.halt.note(null)
    return result
  } catch (error) {
    const cause = error instanceof RemovalFailed ? error.cause : error
    run.halt.note(cause instanceof NotStarted ? cause : error)
    return failureOf(run, photo, { error, course })
  } finally {
    progress.end()
  }
}

/** The result of a photo whose turn did not come. */
export const notStarted = ({ label, outputPath }: PlannedPhoto): PhotoResult => ({
  photo: label,
  status: 'not-started',
  output: outputPath,
  jobId: null,
  creditsCharged: 0,
})

/** How far a photo has come. */
interface Course {
  /** Its job; new only for the photo that it was made for, not for others that are the same. */
  made: Obtained | null
}

interface Doing {
  readonly progress: Progress
  readonly course: Course
}

const attempt = async (run: Run, photo: PlannedPhoto, { progress, course }: Doing): Promise<PhotoResult> => {
  const { label, outputPath } = photo
  const { options, background, name, signal } = run
  progress.step('reading')
  const input = await readImageInput(photo.reference)
  const contentKey = await contentKeyOf({ photo: input, background: await run.backgroundFingerprint(), name }, signal)
  const done = await findDone(run, { path: outputPath, contentKey })
  if (done !== null && !options.force && !options.again) {
    return { photo: label, status: 'skipped', output: outputPath, jobId: done.jobId, creditsCharged: 0 }
  }
  await makeWay(run, outputPath)
  // Paid again on purpose, its own picture of before is what is to be replaced.
  await checkOutput(outputPath, { force: options.force || done !== null, inputs: [input, background] })
  const removal: Removal = {
    ...run,
    photo: input,
    outputPath,
    contentKey,
    progress,
    checkGoOn: run.halt.check,
  }
  course.made = await sharedJob(run, removal)
  const job = await collect(removal, course.made.job)
  await keepOutput(run, { path: outputPath, contentKey, jobId: job.id }).catch((error: unknown) => {
    run.halt.note(error)
    run.board.note(`${printable(label)}: the picture is there, but this could not be recorded: ${reasonOf(error)}.`)
  })
  const creditsCharged = chargedNow(course.made, job.creditsCharged)
  return { photo: label, status: 'done', output: outputPath, jobId: job.id, creditsCharged }
}

const makeWay = async ({ options }: Run, outputPath: string): Promise<void> => {
  if (options.output === null) return
  await mkdir(dirname(outputPath), { recursive: true }).catch((error: unknown) => {
    throw new CommandFailure(`The folder ${printable(dirname(outputPath))} cannot be made: ${reasonOf(error)}.`, {
      cause: error,
      code: 'OUTPUT_UNUSABLE',
    })
  })
}

const sharedJob = async ({ jobs }: Run, removal: Removal): Promise<Obtained> => {
  const twin = jobs.get(removal.contentKey)
  if (twin !== undefined) {
    removal.progress.step('waiting for the same photo')
    return { job: (await twin).job, isNew: false }
  }
  const obtained = obtainJob(removal)
  jobs.set(removal.contentKey, obtained)
  return obtained
}

const failureOf = (
  { signal }: Run,
  photo: PlannedPhoto,
  { error, course }: { readonly error: unknown; readonly course: Course },
): PhotoResult => {
  const fault = faultOf(error)
  const job = error instanceof RemovalFailed ? error : null
  const jobId = job?.jobId ?? course.made?.job.id ?? null
  const isStopped = fault.code === 'NOT_STARTED' || (signal.aborted && fault.charged === 'NO' && jobId === null)
  if (isStopped) return notStarted(photo)
  return {
    photo: photo.label,
    status: fault.charged === 'UNKNOWN' ? 'unknown' : 'failed',
    output: photo.outputPath,
    jobId,
    creditsCharged: creditsOf(course, job),
    error: fault,
  }
}

/** By this run, as far as it is known. */
const creditsOf = ({ made }: Course, failure: RemovalFailed | null): number | null => {
  if (made !== null) return chargedNow(made, failure?.creditsCharged ?? made.job.creditsCharged)
  if (failure === null || failure.charged === 'NO' || failure.isPaidBefore) return 0
  return failure.creditsCharged
}

const chargedNow = ({ isNew }: Obtained, creditsCharged: number | null): number | null => {
  if (isNew === null) return null
  return isNew ? creditsCharged : 0
}

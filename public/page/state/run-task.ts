import { ConnectionLost, type Failure, RequestRefused, keyChanged } from '../wire/failure.ts'
import { type Job, isFinal, operations } from '../wire/operations.ts'
import type { PendingStore } from '../work/pending.ts'
import { plural, statusLabel } from '../words/labels.ts'
import type { Session } from './session.ts'
import type { Task } from './state.ts'

interface TaskTools extends Session {
  readonly pending: PendingStore
  /** Hears of each job that was made, or found to be there, and again at its end. */
  onMade(job: Job): void
}

/** Takes a task from the photo to the end of its job. Ends in a step that says how it went; never rejects. */
export type RunTask = (id: string) => Promise<void>

/** A run of a task, which holds for one key: under another it would be another account's job, paid there. */
interface Run {
  readonly tools: TaskTools
  readonly id: string
  readonly epoch: string
}

/** Makes what runs tasks. */
export const createRunTask = (tools: TaskTools): RunTask => {
  const runTask: RunTask = async (id) => {
    const run = { tools, id, epoch: tools.keys.epoch() }
    try {
      await tools.patience(() => submit(run))
      await end(run)
    } catch (error) {
      const task = findTask(run)
      // The key was forgotten, and its photos with it.
      if (task === undefined) return undefined
      if (!isStale(run)) return fail(run, task, error)
      // What was never sent can be sent under any key, and a job that is there is only looked at.
      if (task.made !== null || task.sentUnder === null) return runTask(id)
      return fail(run, task, new RequestRefused(keyChanged))
    }
    return undefined
  }
  return runTask
}

/** Everything that is paid goes out under the task's own idempotency key, so that all of it can be repeated. */
const submit = async (run: Run): Promise<void> => {
  const { tools, id, epoch } = run
  const task = taskOf(run)
  if (task.made !== null) return
  refuseOtherKey(run)
  if (task.sentUnder !== null && task.sentUnder !== epoch) throw new RequestRefused(keyChanged)
  if (task.imageFilePath === null) update(run, { step: { at: 'WAITING' } })
  const paths = await uploadAll(run, task)
  refuseOtherKey(run)
  tools.pending.keep({ id, title: task.title, name: task.name, ...paths, epoch })
  update(run, { ...paths, sentUnder: epoch, step: { at: 'SUBMITTING' } })
  const job = await ask(run, task, paths).catch((error: unknown) => takeRefusal(run, task, error))
  tools.pending.drop(id)
  if (job === null) return
  update(run, { made: { jobId: job.id, credits: job.creditsCharged }, step: { at: 'MADE', jobId: job.id } })
  refuseOtherKey(run)
  tools.keepJob(job)
  tools.onMade(job)
}

type Paths = Pick<Task, 'backgroundImageFilePath'> & { readonly imageFilePath: string }

const ask = async (
  { tools, id }: Run,
  { name }: Task,
  { imageFilePath, backgroundImageFilePath }: Paths,
): Promise<Job> => {
  const { removeBackground: job } = await tools.send(operations.removeBackground, {
    assets: { imageFilePath, ...(backgroundImageFilePath !== null && { backgroundImageFilePath }) },
    name,
    idempotencyKey: id,
  })
  if (job === null) throw new ConnectionLost('Neither a job nor an error.')
  return job
}

/** Null: the job is there already, and is to be followed. @throws what was given, once the task knows what it means */
const takeRefusal = (run: Run, task: Task, error: unknown): null => {
  if (!(error instanceof RequestRefused)) throw error
  const { code, jobId } = error.failure
  if (code === 'IDEMPOTENCY_CONFLICT' && jobId !== null) {
    update(run, { made: { jobId, credits: null } })
    return null
  }
  // Whoever pays has refused this very photo: it may be sent anew, and under another key too.
  if (task.photo !== null && refusedByPayer.has(code)) {
    update(run, { sentUnder: null, imageFilePath: null, backgroundImageFilePath: null })
  }
  throw error
}

/**
 * UNAUTHENTICATED is none of them: a browser itself repeats a POST whose connection breaks, so that it may be the answer to a second
 * request, and the first was paid.
 */
const refusedByPayer: ReadonlySet<string> = new Set(['INSUFFICIENT_CREDITS', 'PLAN_UPGRADE_REQUIRED', 'UNPROCESSABLE'])

/** Finds out by a request that pays nothing whether a key is wanted; an upload does so too. @throws RequestRefused, ConnectionLost */
const proveKey = async ({ store, send }: TaskTools): Promise<void> => {
  if (store.get().account !== null) return
  try {
    await send(operations.account, {})
  } catch (error) {
    if (!(error instanceof RequestRefused) || error.failure.code === 'UNAUTHENTICATED') throw error
  }
}

const uploadAll = async (run: Run, task: Task): Promise<Paths> => {
  const { tools } = run
  const { photo, background } = task
  const backgroundImageFilePath =
    task.backgroundImageFilePath ?? (background === null ? null : await tools.upload(background, () => undefined))
  if (task.imageFilePath !== null) return { imageFilePath: task.imageFilePath, backgroundImageFilePath }
  if (photo === null) throw new RequestRefused(keyChanged)
  if (photo.kind === 'ADDRESS') {
    await proveKey(tools)
    return { imageFilePath: photo.address, backgroundImageFilePath }
  }
  const totalBytes = photo.file.size
  const imageFilePath = await tools.upload(photo.file, (sentBytes) =>
    update(run, { step: { at: 'UPLOADING', sentBytes, totalBytes } }),
  )
  return { imageFilePath, backgroundImageFilePath }
}

const end = async (run: Run): Promise<void> => {
  const { tools } = run
  const { store } = tools
  const { made, photo, title } = taskOf(run)
  if (made === null) return
  const { jobId } = made
  update(run, { step: { at: 'MADE', jobId } })
  if (photo?.kind === 'FILE') store.set({ originals: { ...store.get().originals, [jobId]: photo.preview } })
  tools.refreshAccount()
  const known = store.get().jobs[jobId]
  const job = known !== undefined && isFinal(known) ? known : await tools.follow(jobId)
  refuseOtherKey(run)
  tools.onMade(job)
  // Whoever looks at a picture goes on looking at it.
  if (job.status === 'COMPLETE' && !job.deleted && store.get().openedId === null) store.set({ openedId: job.id })
  tools.announce(`${title}: ${statusLabel(job)}`)
  tools.refreshAccount()
}

const fail = (run: Run, task: Task, error: unknown): void => {
  const { tools, id } = run
  if (tools.askForKey(error)) return update(run, { step: { at: 'NEEDS_KEY' } })
  const cause = error instanceof RequestRefused ? error.failure : faultOfPage
  const failure = task.made === null ? withoutDoubt(cause) : unreadable(task.made, cause)
  update(run, { step: { at: 'FAILED', failure } })
  // What was surely not made need not be asked for after a reload.
  if (failure.charged === 'NO') tools.pending.drop(id)
  return tools.announce(`${task.title} failed: ${failure.message}`)
}

/** The refusal of a key that was used before costs nothing, but whatever used it before may have. */
const withoutDoubt = (failure: Failure): Failure =>
  failure.code === 'IDEMPOTENCY_CONFLICT' ? { ...failure, charged: 'UNKNOWN' } : failure

const unreadable = ({ jobId, credits }: NonNullable<Task['made']>, cause: Failure): Failure => ({
  ...cause,
  code: 'JOB_UNREADABLE',
  message: `It was made: ${jobId}${credits === null ? '' : `, ${plural(credits, 'credit')}`}; its state cannot be read now. (${cause.message})`,
  charged: 'YES',
  jobId,
})

const faultOfPage: Failure = {
  code: 'PAGE_FAULT',
  message: 'The page itself has failed.',
  isRetryable: true,
  charged: 'UNKNOWN',
  retryAfterSeconds: null,
  submissionName: null,
  jobId: null,
}

const isStale = ({ tools, epoch }: Run): boolean => tools.keys.epoch() !== epoch

const refuseOtherKey = (run: Run): void => {
  if (isStale(run)) throw new RequestRefused(keyChanged)
}

const findTask = ({ tools, id }: Run): Task | undefined => tools.store.get().tasks.find((task) => task.id === id)

const taskOf = (run: Run): Task => {
  const task = findTask(run)
  if (task === undefined) throw new TypeError('There is no such task.')
  return task
}

const update = ({ tools, id }: Run, change: Partial<Task>): void => {
  const { tasks } = tools.store.get()
  tools.store.set({ tasks: tasks.map((task) => (task.id === id ? { ...task, ...change } : task)) })
}

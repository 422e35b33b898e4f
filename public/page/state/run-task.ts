import { ConnectionLost, type Failure, RequestRefused } from '../wire/failure.ts'
import { type Job, isFinal, operations } from '../wire/operations.ts'
import { stemOf } from '../work/extension.ts'
import { randomId } from '../work/key.ts'
import type { PendingStore } from '../work/pending.ts'
import { statusLabel } from '../words/labels.ts'
import type { Session } from './session.ts'
import type { Photo, Step, Task } from './state.ts'

interface TaskTools extends Session {
  readonly pending: PendingStore
  /** Hears of each job that was made, or found to be there. */
  onMade(job: Job): void
}

/** Takes a task from the photo to the end of its job. Ends in a step that says how it went; never rejects. */
export type RunTask = (id: string) => Promise<void>

/** Makes what runs tasks. */
export const createRunTask = (tools: TaskTools): RunTask => {
  const update = (id: string, change: Partial<Task>): void => {
    const { tasks } = tools.store.get()
    tools.store.set({ tasks: tasks.map((task) => (task.id === id ? { ...task, ...change } : task)) })
  }
  return async (id) => {
    const epoch = tools.keys.epoch()
    try {
      const job = await tools.patience(() => {
        // Under another key it would be another account's job, paid there.
        if (tools.keys.epoch() !== epoch) throw new RequestRefused(keyChanged)
        return submit(tools, id, (change) => update(id, change))
      })
      tools.pending.drop(id)
      await end(tools, id, job)
    } catch (error) {
      const step = stepAfter(error, tools.askForKey(error))
      // What was uploaded under a key that is not accepted is of no use to the next one.
      update(id, { step, ...(step.at === 'NEEDS_KEY' && { imageFilePath: null, backgroundImageFilePath: null }) })
      if (step.at !== 'FAILED') return
      // What was surely not made need not be asked for after a reload.
      if (step.failure.charged === 'NO') tools.pending.drop(id)
      tools.announce(`${titleOf(tools, id)} failed: ${step.failure.message}`)
    }
  }
}

type Update = (change: Partial<Task>) => void

/** Everything that is paid goes out under the task's own idempotency key, so that all of it can be repeated. */
const submit = async (tools: TaskTools, id: string, update: Update): Promise<Job> => {
  const task = taskOf(tools, id)
  const { imageFilePath, backgroundImageFilePath } = await uploadAll(tools, task, update)
  tools.pending.keep({
    id,
    title: task.title,
    name: task.name,
    imageFilePath,
    backgroundImageFilePath,
    epoch: tools.keys.epoch(),
  })
  update({ imageFilePath, backgroundImageFilePath, step: { at: 'SUBMITTING' } })
  const { removeBackground: job } = await tools.send(operations.removeBackground, {
    assets: { imageFilePath, ...(backgroundImageFilePath !== null && { backgroundImageFilePath }) },
    name: task.name,
    idempotencyKey: id,
  })
  if (job === null) throw new ConnectionLost('Neither a job nor an error.')
  tools.keepJob(job)
  const { photo } = task
  if (photo?.kind === 'FILE')
    tools.store.set({ originals: { ...tools.store.get().originals, [job.id]: photo.preview } })
  update({ step: { at: 'MADE', jobId: job.id } })
  tools.onMade(job)
  return job
}

const uploadAll = async (tools: TaskTools, task: Task, update: Update) => {
  const { photo, background } = task
  const totalBytes = photo?.kind === 'FILE' ? photo.file.size : 0
  const backgroundImageFilePath =
    task.backgroundImageFilePath ?? (background === null ? null : await tools.upload(background, () => undefined))
  if (task.imageFilePath !== null) return { imageFilePath: task.imageFilePath, backgroundImageFilePath }
  if (photo === null) throw new ConnectionLost()
  if (photo.kind === 'ADDRESS') return { imageFilePath: photo.address, backgroundImageFilePath }
  update({ step: { at: 'UPLOADING', sentBytes: 0, totalBytes } })
  const imageFilePath = await tools.upload(photo.file, (sentBytes) =>
    update({ step: { at: 'UPLOADING', sentBytes, totalBytes } }),
  )
  return { imageFilePath, backgroundImageFilePath }
}

const end = async (tools: TaskTools, id: string, made: Job): Promise<void> => {
  tools.refreshAccount()
  const job = isFinal(made) ? made : await tools.follow(made.id)
  if (job.status === 'COMPLETE' && !job.deleted) tools.store.set({ openedId: job.id })
  tools.announce(`${titleOf(tools, id)}: ${statusLabel(job)}`)
  tools.refreshAccount()
}

const stepAfter = (error: unknown, wantsKey: boolean): Step => {
  if (wantsKey) return { at: 'NEEDS_KEY' }
  return { at: 'FAILED', failure: error instanceof RequestRefused ? error.failure : faultOfPage }
}

const keyChanged: Failure = {
  code: 'KEY_CHANGED',
  message: 'The key was changed before an answer came. It is not sent again under another key.',
  isRetryable: false,
  charged: 'UNKNOWN',
  retryAfterSeconds: null,
  submissionName: null,
  jobId: null,
}

const faultOfPage: Failure = {
  code: 'PAGE_FAULT',
  message: 'The page itself has failed.',
  isRetryable: true,
  charged: 'UNKNOWN',
  retryAfterSeconds: null,
  submissionName: null,
  jobId: null,
}

const taskOf = ({ store }: TaskTools, id: string): Task => {
  const task = store.get().tasks.find((other) => other.id === id)
  if (task === undefined) throw new TypeError('There is no such task.')
  return task
}

const titleOf = (tools: TaskTools, id: string): string =>
  tools.store.get().tasks.find((task) => task.id === id)?.title ?? 'A photo'

/** A task for a photo, with an idempotency key of its own, and a name of its own where none is given. */
export const newTask = (
  photo: Photo,
  { name, background }: { readonly name: string | null; readonly background: File | null },
): Task => {
  const id = randomId()
  const given = photo.kind === 'FILE' ? photo.file.name : photo.address
  return {
    id,
    title: name ?? given,
    // A name that no other job has leads to the job when its answer is lost. Magic Hour's limit is 255.
    name: name ?? `${stemOf(given).slice(-200)} ${id.slice(0, 6)}`,
    photo,
    background,
    imageFilePath: null,
    backgroundImageFilePath: null,
    step: { at: 'WAITING' },
  }
}

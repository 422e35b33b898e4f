import { RequestRefused } from '../wire/failure.ts'
import { type Failure } from '../wire/failure.ts'
import { operations } from '../wire/operations.ts'
import { createPendingStore } from '../work/pending.ts'
import { jobTitle } from '../words/labels.ts'
import { type ChooseActions, createChoose } from './choose.ts'
import { type JobListActions, createJobList } from './job-list.ts'
import { newTask } from './new-task.ts'
import { createRunTask } from './run-task.ts'
import { type Session, createSession } from './session.ts'
import type { State, Task } from './state.ts'
import type { Store } from './store.ts'

/** All that somebody can do on the page. */
export interface Actions {
  readonly store: Store<State>
  readonly choose: ChooseActions
  readonly list: JobListActions
  /** Goes on with what the tab had begun, and reads the account and the list. */
  begin(): void
  /** Sends what was chosen. @param name null: each gets one from the server */
  start(name: string | null): void
  /** Asks again under the same idempotency key. */
  retry(taskId: string): void
  /** Takes a task that has ended out of sight. */
  dismiss(taskId: string): void
  open(jobId: string): void
  /** Resolves to what went wrong; null: it is deleted. */
  deleteJob(jobId: string): Promise<Failure | null>
  readonly useKey: (key: string) => void
  readonly forgetKey: () => void
  /** The `Authorization` header for pictures; null: none is needed. */
  authorization(): string | null
}

/** Makes the actions, and all that they work with. */
export const createActions = (): Actions => {
  const session = createSession()
  const { store, keys } = session
  const pending = createPendingStore(session.storage)
  const list = createJobList(session)
  const runTask = createRunTask({ ...session, pending, onMade: list.add })
  const addTasks = (tasks: readonly Task[]): void => {
    store.set({ tasks: [...tasks, ...store.get().tasks] })
    for (const { id } of tasks) void runTask(id)
  }
  const begin = (): void => {
    session.refreshAccount()
    void list.load()
  }
  return {
    store,
    list,
    choose: createChoose(session),
    authorization: () => session.wire.authorization(),
    begin: () => {
      begin()
      addTasks(pending.read(keys.epoch()).map(({ epoch, ...kept }) => ({ ...kept, ...resumed, sentUnder: epoch })))
    },
    start: (name) => {
      const { chosen, background } = store.get()
      store.set({ chosen: [], refused: [] })
      const nameOf = (index: number) => (name === null || chosen.length === 1 ? name : `${name} ${index + 1}`)
      addTasks(
        chosen.map((photo, index) => newTask(photo, { name: nameOf(index), background: background?.file ?? null })),
      )
    },
    retry: (id) => void runTask(id),
    dismiss: (id) => {
      pending.drop(id)
      store.set({ tasks: store.get().tasks.filter((task) => task.id !== id) })
    },
    open: (openedId) => store.set({ openedId }),
    deleteJob: (id) => deleteJob(session, id),
    ...keyActions(session, { begin, runTask: (id) => void runTask(id) }),
  }
}

/** The files of a tab are gone after a reload; their paths at Magic Hour are not. */
const resumed = { photo: null, background: null, made: null, step: { at: 'SUBMITTING' } } as const

/** One attempt: whoever changes their mind while the server is away must not find the image deleted when it is back. */
const deleteJob = async (
  { store, send, keys, keepJob, announce, askForKey }: Session,
  id: string,
): Promise<Failure | null> => {
  const epoch = keys.epoch()
  try {
    const { deleteJob: payload } = await send(operations.deleteJob, { id })
    if (payload === null) return notDeleted
    if (keys.epoch() !== epoch) return null
    keepJob(payload.job)
    if (store.get().openedId === id) store.set({ openedId: null })
    announce(`${jobTitle(payload.job)} was deleted.`)
    return null
  } catch (error) {
    askForKey(error)
    return error instanceof RequestRefused ? error.failure : notDeleted
  }
}

const notDeleted: Failure = {
  code: 'DELETE_UNANSWERED',
  message: 'The server is away: no answer came. It is not asked again by itself.',
  isRetryable: true,
  charged: 'NO',
  retryAfterSeconds: null,
  submissionName: null,
  jobId: null,
}

/** What was read under one key is not shown under another. */
const keyActions = (
  { store, keys, leaveAll, announce }: Session,
  { begin, runTask }: { readonly begin: () => void; readonly runTask: (id: string) => void },
): Pick<Actions, 'useKey' | 'forgetKey'> => {
  const clear = (): void => {
    leaveAll()
    store.set({ account: null, jobs: {}, openedId: null, list: { ...store.get().list, ids: [], next: null } })
  }
  return {
    useKey: (key) => {
      keys.keep(key)
      clear()
      store.set({ hasKey: true, keyWanted: null })
      begin()
      for (const { id, step } of store.get().tasks) if (step.at === 'NEEDS_KEY') runTask(id)
    },
    forgetKey: () => {
      keys.forget()
      clear()
      store.set({ hasKey: false, tasks: [], sent: [] })
      announce('The key is forgotten.')
      begin()
    },
  }
}

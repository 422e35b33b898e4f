import { addStep } from '../snippets/sent.ts'
import type { NewStep } from '../snippets/sent.ts'
import { onThisOrigin } from '../wire/address.ts'
import { RequestRefused } from '../wire/failure.ts'
import { type Job, operations } from '../wire/operations.ts'
import { createSend, type Send, type Wire } from '../wire/send.ts'
import { byWaiting, overEvents, overSocket } from '../wire/subscribe.ts'
import { createFollow, type Follow } from '../work/follow.ts'
import { createKeyStore, type KeyStore } from '../work/key.ts'
import { createPatience, type Patience } from '../work/patience.ts'
import { openTabStorage, type TabStorage } from '../work/tab-storage.ts'
import { createUpload, type Upload } from '../work/upload.ts'
import { initialState, type State } from './state.ts'
import { createStore, type Store } from './store.ts'

/** What the actions work with. */
export interface Session {
  readonly store: Store<State>
  readonly storage: TabStorage
  readonly send: Send
  readonly upload: Upload
  readonly follow: Follow
  /** Leaves all jobs that are followed, for their key is changed. */
  readonly leaveAll: () => void
  readonly patience: Patience
  readonly keys: KeyStore
  readonly wire: Wire
  /** Keeps what is newly known of a job. */
  readonly keepJob: (job: Job) => void
  /** Has a screen reader say this. */
  readonly announce: (words: string) => void
  /** Asks for a key, if that is what a request was refused for. Whether it was. */
  readonly askForKey: (error: unknown) => boolean
  readonly refreshAccount: () => void
}

/** Makes a session, with what was kept of the key. It sends nothing yet. */
export const createSession = (): Session => {
  const storage = openTabStorage()
  const keys = createKeyStore(storage)
  const store = createStore<State>({ ...initialState, hasKey: keys.read() !== null })
  const record = (step: NewStep): void => store.set({ sent: addStep(store.get().sent, step) })
  const wire = createWire(store, keys, record)
  const announce = (announcement: string): void => store.set({ announcement })
  const send = createSend(wire)
  const patience = createPatience(connectionOf(store, announce))
  const keepJob = (job: Job): void => {
    store.set({ jobs: { ...store.get().jobs, [job.id]: job } })
  }
  const upload = createUpload({
    epoch: () => keys.epoch(),
    wire,
    send,
    onPut: ({ uploadUrl, file }) =>
      record({ step: 'PUT', path: onThisOrigin(uploadUrl), fileName: file.name, sizeBytes: file.size }),
  })
  const { follow, leaveAll } = createFollow({
    transports: [overSocket(wire), overEvents(wire), byWaiting(send)],
    patience,
    onJob: keepJob,
  })
  const askForKey = (error: unknown): boolean => {
    if (!(error instanceof RequestRefused) || error.failure.code !== 'UNAUTHENTICATED') return false
    store.set({ keyWanted: error.failure.message })
    return true
  }
  const refreshAccount = (): void => {
    const epoch = keys.epoch()
    const isCurrent = (): boolean => keys.epoch() === epoch
    void patience(() => send(operations.account, {}))
      .then(({ account }) => isCurrent() && store.set({ account }))
      .catch((error: unknown) => void (isCurrent() && (askForKey(error) || store.set({ account: null }))))
  }
  const tools = { send, upload, follow, leaveAll, patience, wire }
  return { store, storage, keys, ...tools, keepJob, announce, askForKey, refreshAccount }
}

const createWire = (store: Store<State>, keys: KeyStore, record: (step: NewStep) => void): Wire => ({
  authorization: () => {
    const key = keys.read()
    return key === null ? null : `Bearer ${key}`
  },
  onSend: (operation) => record({ step: 'OPERATION', operation }),
  onSandbox: () => {
    if (!store.get().isSandbox) store.set({ isSandbox: true })
  },
})

const connectionOf = (store: Store<State>, announce: (words: string) => void) => ({
  onLost: () => {
    const { waitingForConnection } = store.get()
    if (waitingForConnection === 0) announce('The connection to the server is lost. The page tries again by itself.')
    store.set({ waitingForConnection: waitingForConnection + 1 })
  },
  onFound: () => {
    const waitingForConnection = store.get().waitingForConnection - 1
    store.set({ waitingForConnection })
    if (waitingForConnection === 0) announce('The connection is back.')
  },
})

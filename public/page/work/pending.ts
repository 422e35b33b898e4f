import { type Guard, hasShape, isListOf, isNullOr, isText } from '../wire/guards.ts'
import type { TabStorage } from './tab-storage.ts'

/** A submission whose end is not known yet: all that is needed to ask for it again, under the same idempotency key. */
export interface Pending {
  /** The idempotency key. */
  readonly id: string
  readonly title: string
  readonly name: string
  readonly imageFilePath: string
  readonly backgroundImageFilePath: string | null
  /** The key store's epoch that it was begun in. */
  readonly epoch: string
}

/** The submissions of this tab whose end is not known, which outlive a reload. */
export interface PendingStore {
  read(epoch: string): readonly Pending[]
  keep(pending: Pending): void
  drop(id: string): void
}

const storageName = 'magic-hour-graphql:pending'

/** Makes the store over what is kept for the tab. */
export const createPendingStore = (storage: TabStorage): PendingStore => {
  const all = (): readonly Pending[] => {
    const kept = parse(storage.getItem(storageName) ?? '[]')
    return isPendingList(kept) ? kept : []
  }
  const write = (pending: readonly Pending[]): void => storage.setItem(storageName, JSON.stringify(pending))
  return {
    read: (epoch) => all().filter((pending) => pending.epoch === epoch),
    keep: (pending) => write([...all().filter(({ id }) => id !== pending.id), pending]),
    drop: (id) => write(all().filter((pending) => pending.id !== id)),
  }
}

const isPendingList: Guard<Pending[]> = isListOf(
  hasShape<Pending>({
    id: isText,
    title: isText,
    name: isText,
    imageFilePath: isText,
    backgroundImageFilePath: isNullOr(isText),
    epoch: isText,
  }),
)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

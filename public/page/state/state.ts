import type { Failure } from '../wire/failure.ts'
import type { Account, Job } from '../wire/operations.ts'
import type { Sent } from '../snippets/sent.ts'

/** An image that was chosen and not sent yet: a file, or an address that Magic Hour fetches itself. */
export type Photo = { readonly id: string } & (
  | { readonly kind: 'FILE'; readonly file: File; readonly preview: string }
  | { readonly kind: 'ADDRESS'; readonly address: string }
)

/** How far the removal of one background is. */
export type Step =
  | { readonly at: 'WAITING' }
  | { readonly at: 'UPLOADING'; readonly sentBytes: number; readonly totalBytes: number }
  | { readonly at: 'SUBMITTING' }
  | { readonly at: 'MADE'; readonly jobId: string }
  | { readonly at: 'NEEDS_KEY' }
  | { readonly at: 'FAILED'; readonly failure: Failure }

/** The removal of one background, from the choice of a photo to the end of its job. */
export interface Task {
  /** The idempotency key: kept for every attempt. */
  readonly id: string
  readonly title: string
  /** As it is sent. */
  readonly name: string
  /** null: the page was loaded again since, and only the uploaded file's path is known. */
  readonly photo: Photo | null
  readonly background: File | null
  readonly imageFilePath: string | null
  readonly backgroundImageFilePath: string | null
  /** The key store's epoch in which the job was asked for; null: it never was, as far as anybody can have taken it. */
  readonly sentUnder: string | null
  /** The job, once it is there: from then on it is only followed. Credits null: not told. */
  readonly made: { readonly jobId: string; readonly credits: number | null } | null
  readonly step: Step
}

/** Which jobs the list shows. */
export interface ListFilter {
  readonly status: '' | 'RUNNING' | 'COMPLETE' | 'ERROR' | 'CANCELED'
  readonly name: string
}

/** The list of jobs. */
export interface JobList {
  readonly ids: readonly string[]
  readonly filter: ListFilter
  /** null: there is no further page. */
  readonly next: string | null
  readonly isLoading: boolean
  readonly hasLoaded: boolean
  readonly failure: Failure | null
}

/** Everything that the page shows. */
export interface State {
  readonly hasKey: boolean
  /** Why a key is asked for; null: none is. */
  readonly keyWanted: string | null
  readonly isSandbox: boolean
  readonly account: Account | null
  readonly chosen: readonly Photo[]
  readonly background: { readonly file: File; readonly preview: string } | null
  /** What is wrong with what was chosen, one line each. */
  readonly refused: readonly string[]
  readonly tasks: readonly Task[]
  /** Every job that is known, by id. */
  readonly jobs: Readonly<Record<string, Job>>
  /** The photos that jobs of this visit were made from, by job id: addresses of pictures in memory. */
  readonly originals: Readonly<Record<string, string>>
  readonly list: JobList
  /** The job that is being looked at. */
  readonly openedId: string | null
  readonly sent: readonly Sent[]
  /** How many things wait for the connection to come back. */
  readonly waitingForConnection: number
  /** What a screen reader says. */
  readonly announcement: string
}

/** The page as it begins. */
export const initialState: State = {
  hasKey: false,
  keyWanted: null,
  isSandbox: false,
  account: null,
  chosen: [],
  background: null,
  refused: [],
  tasks: [],
  jobs: {},
  originals: {},
  list: { ids: [], filter: { status: '', name: '' }, next: null, isLoading: false, hasLoaded: false, failure: null },
  openedId: null,
  sent: [],
  waitingForConnection: 0,
  announcement: '',
}

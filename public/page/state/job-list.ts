import { type Failure, RequestRefused } from '../wire/failure.ts'
import { type Job, isFinal, operations } from '../wire/operations.ts'
import type { JobFilter } from '../generated/graphql.ts'
import type { Session } from './session.ts'
import type { JobList, ListFilter } from './state.ts'

const pageSize = 12

/** The list of earlier jobs. */
export interface JobListActions {
  /** Reads it from its newest job on. */
  load(): Promise<void>
  /** Reads the next page. */
  loadMore(): Promise<void>
  /** Shows those jobs alone. */
  filter(filter: ListFilter): Promise<void>
  /** Puts a job that was made just now at its head, if it is one of those that are shown. */
  readonly add: (job: Job) => void
}

/** Makes the actions. An answer that comes when the list is asked for something else already is passed over. */
export const createJobList = ({ store, send, patience, keepJob, askForKey, follow }: Session): JobListActions => {
  let turn = 0
  const change = (list: Partial<JobList>): void => store.set({ list: { ...store.get().list, ...list } })

  const followUnfinished = (jobs: readonly Job[]): void => {
    for (const job of jobs) if (!isFinal(job)) void follow(job.id).catch(askForKey)
  }

  const read = async (after: string | null): Promise<void> => {
    turn += 1
    const mine = turn
    change({ isLoading: true, failure: null })
    const filter = toFilter(store.get().list.filter)
    try {
      const { jobs } = await patience(() =>
        send(operations.jobs, {
          first: pageSize,
          ...(after !== null && { after }),
          ...(filter !== null && { filter }),
        }),
      )
      if (mine !== turn || jobs === null) return
      for (const job of jobs.nodes) keepJob(job)
      const ids = jobs.nodes.map(({ id }) => id)
      const before = after === null ? [] : store.get().list.ids
      change({
        ids: [...before, ...ids.filter((id) => !before.includes(id))],
        next: jobs.pageInfo.hasNextPage ? jobs.pageInfo.endCursor : null,
        isLoading: false,
        hasLoaded: true,
      })
      followUnfinished(jobs.nodes)
    } catch (error) {
      if (mine === turn) change({ isLoading: false, failure: askForKey(error) ? null : failureOf(error) })
    }
  }

  return {
    load: () => read(null),
    loadMore: () => read(store.get().list.next),
    filter: (filter) => {
      change({ filter })
      return read(null)
    },
    add: (job) => {
      const { ids, filter } = store.get().list
      if (!ids.includes(job.id) && fits(job, filter)) change({ ids: [job.id, ...ids] })
    },
  }
}

const statusesOf = {
  '': null,
  RUNNING: ['DRAFT', 'QUEUED', 'RENDERING'],
  COMPLETE: ['COMPLETE'],
  ERROR: ['ERROR'],
  CANCELED: ['CANCELED'],
} as const satisfies Record<ListFilter['status'], readonly Job['status'][] | null>

const toFilter = ({ status, name }: ListFilter): JobFilter | null => {
  const wanted = statusesOf[status]
  if (wanted === null && name === '') return null
  return { ...(wanted !== null && { status: [...wanted] }), ...(name !== '' && { name }) }
}

/** Whether the list shows a job. Its state may have changed since the server was asked. */
export const fits = (job: Job, { status, name }: ListFilter): boolean => {
  const wanted: readonly Job['status'][] | null = statusesOf[status]
  return (wanted?.includes(job.status) ?? true) && (job.name ?? '').toLowerCase().includes(name.toLowerCase())
}

const failureOf = (error: unknown): Failure | null => (error instanceof RequestRefused ? error.failure : null)

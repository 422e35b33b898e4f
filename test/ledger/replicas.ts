import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import type { Job } from '../../src/domain/job.ts'
import type { Hub } from '../../src/events/hub.ts'
import { type Storage, openStorage } from '../../src/storage.ts'
import { aJob } from '../support/builders.ts'

/** The whole storage of one replica, wired as the program does it. */
export const openReplica = async (settings: Record<string, string>): Promise<Storage & AsyncDisposable> => {
  const config = loadConfig({ MAGIC_HOUR_BASE_URL: 'sandbox', ...settings })
  const storage = await openStorage(config, pino({ level: 'silent' }))
  return { ...storage, [Symbol.asyncDispose]: () => storage.close() }
}
/** Everything that is heard of the job `aJob`, until a state that satisfies. */
export const hear = (hub: Hub, isLast: (job: Job) => boolean): Promise<Job[]> =>
  new Promise((resolve) => {
    const heard: Job[] = []
    const stop = hub.onJob(aJob(), (job) => {
      heard.push(job)
      if (!isLast(job)) return
      stop()
      resolve(heard)
    })
  })

/** Whether a job is complete. */
export const isComplete = ({ status }: Job): boolean => status === 'COMPLETE'

/** Resolves when something is heard of a submission. */
export const hearSubmission = (hub: Hub, id: string): Promise<void> =>
  new Promise((resolve) => {
    const stop = hub.onSubmission(id, () => {
      stop()
      resolve()
    })
  })

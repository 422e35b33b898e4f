import type { Job } from '../domain/job.ts'
import type { Changes } from '../domain/ports.ts'

type JobKey = Pick<Job, 'tenant' | 'id'>

/** Hands changes to those who wait for them in this process, whoever made them and wherever. */
export interface Hub extends Changes {
  jobChanged(job: Job): void
  submissionChanged(id: string): void
  /** Whether anybody here waits for this job. */
  isAwaited(job: JobKey): boolean
  /**
   * After changes may have been missed: reads again what somebody waits for.
   *
   * @param read the job as it is by now; null: there is none
   */
  catchUp(read: (job: JobKey) => Promise<Job | null>): Promise<void>
}

/** Makes a hub. It holds nothing but who waits. */
export const createHub = (): Hub => {
  const jobs = createTopics<Job>()
  const submissions = createTopics<void>()
  const keys = new Map<string, JobKey>()

  return {
    onJob: ({ tenant, id }, listener) => {
      const topic = topicOf({ tenant, id })
      keys.set(topic, { tenant, id })
      const stop = jobs.listen(topic, listener)
      return () => {
        stop()
        if (!jobs.has(topic)) keys.delete(topic)
      }
    },
    onSubmission: (id, listener) => submissions.listen(id, listener),
    jobChanged: (job) => jobs.tell(topicOf(job), job),
    submissionChanged: (id) => submissions.tell(id, undefined),
    isAwaited: (job) => jobs.has(topicOf(job)),
    catchUp: async (read) => {
      for (const id of submissions.names()) submissions.tell(id, undefined)
      for (const [topic, key] of keys) {
        const job = await read(key)
        if (job !== null) jobs.tell(topic, job)
      }
    },
  }
}

const createTopics = <T>() => {
  const topics = new Map<string, Set<(value: T) => void>>()
  return {
    has: (topic: string): boolean => topics.has(topic),
    names: (): string[] => [...topics.keys()],
    tell: (topic: string, value: T): void => {
      const listeners = topics.get(topic) ?? new Set()
      // A copy: who begins to listen while others are told hears of the next one. Who ends meanwhile hears no more.
      for (const listener of Array.from(listeners)) if (listeners.has(listener)) listener(value)
    },
    listen: (topic: string, listener: (value: T) => void): (() => void) => {
      const listeners = topics.get(topic) ?? new Set()
      topics.set(topic, listeners)
      // Its own function, so that one listener given twice is two.
      const own = (value: T): void => listener(value)
      listeners.add(own)
      return () => {
        listeners.delete(own)
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic)
      }
    },
  }
}

const topicOf = ({ tenant, id }: JobKey): string => JSON.stringify([tenant, id])

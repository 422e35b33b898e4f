import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Job } from '../domain/job.ts'
import type { Secret } from '../domain/secret.ts'

/** What makes a permanent link unguessable: 128 bits that only the account's API key can make. */
export const resultSignature = (apiKey: Secret, { tenant, id }: Pick<Job, 'tenant' | 'id'>): string =>
  createHmac('sha256', apiKey.reveal()).update(`magic-hour-graphql result\n${tenant}\n${id}`).digest('hex').slice(0, 32)

/** Whether a signature is the one of this job, compared in constant time. */
export const isResultSignature = (given: string, apiKey: Secret, job: Pick<Job, 'tenant' | 'id'>): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(resultSignature(apiKey, job))]
  return a.length === b.length && timingSafeEqual(a, b)
}

import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createAuthenticate } from '../../src/graphql/authenticate.ts'
import { type UseCases, createContextFactory } from '../../src/graphql/context.ts'
import { createServer } from '../../src/graphql/server.ts'

const startLog = () => {
  const lines: string[] = []
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) })
  return { lines, log }
}

/** Somebody pulled the plug out of everything. */
const fail = () => Promise.reject(new TypeError('the disk at /var/secret is gone'))
const broken: UseCases = {
  submitJob: fail,
  readJobs: fail,
  deleteJob: fail,
  readDownloads: fail,
  listJobs: fail,
  followJob: {
    wait: fail,
    watch: () => {
      throw new TypeError('not asked for')
    },
  },
  settleSubmission: { resolve: fail, abandon: fail },
  permanentUrl: () => '',
  createUploads: fail,
  magicHour: { getAccount: fail },
}

test('a fault that nobody foresaw is «Internal error» outside, and a stack in the log under the request id', async () => {
  const { lines, log } = startLog()
  const server = createServer({ log, isSandbox: false, hasLandingPage: false })
  const authenticate = createAuthenticate({
    account: 'server',
    tenantPrefix: '',
    apiKey: null,
    gatewayKeys: [],
    allowAnonymous: false,
  })
  const contextValue = createContextFactory({ authenticate, useCases: broken })({
    authorization: 'Bearer mhk_test_alice',
    requestId: 'trace-9',
    signal: new AbortController().signal,
  })
  const { body } = await server.executeOperation({ query: '{ job(id: "job-1") { id } }' }, { contextValue })
  expect(body).toMatchObject({
    singleResult: {
      data: { job: null },
      errors: [
        {
          message: 'Internal error',
          path: ['job'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false, charged: 'UNKNOWN' },
        },
      ],
    },
  })
  expect(JSON.stringify(body)).not.toContain('/var/secret')
  const fault = lines.find((line) => line.includes('"level":50'))
  expect(fault).toContain('"requestId":"trace-9"')
  expect(fault).toMatch(/"stack":"TypeError: the disk at \/var\/secret is gone\\n +at /)
})

test('what Apollo Server itself has to say goes to the log, and not past it to the console', () => {
  const { lines, log } = startLog()
  const { logger } = createServer({ log, isSandbox: false, hasLandingPage: false })
  logger.debug('for nobody')
  logger.warn('a warning')
  logger.error('an error')
  expect(lines).toEqual([
    '{"level":30,"from":"apollo-server","msg":"a warning"}\n',
    '{"level":50,"from":"apollo-server","msg":"an error"}\n',
  ])
})

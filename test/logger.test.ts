import { describe, expect, test } from 'vitest'
import { createLogger } from '../src/logger.ts'

const secrets = { authorization: 'Bearer mhk_live_1', headers: { cookie: 'mhk_live_2' }, apiKey: 'mhk_live_3' }

describe('a secret that somebody logs by mistake', () => {
  test.each([
    ['by itself', secrets],
    ['in an error', { err: Object.assign(new TypeError('refused'), secrets) }],
    ['in a request', { req: secrets, request: secrets }],
    ['in an answer', { res: secrets, response: secrets, reply: secrets }],
    [
      'in what belongs to a call',
      { caller: secrets, context: secrets, options: secrets, config: secrets, error: secrets },
    ],
  ])('%s is not written', (_where, fields) => {
    const lines: string[] = []
    const logger = createLogger('info', { write: (line) => void lines.push(line) })
    logger.info({ ...fields, requestId: 'r-1' }, 'refused')
    expect(lines.join('')).toMatch(/r-1.*refused/)
    expect(lines.join('')).not.toContain('mhk_live')
  })
})

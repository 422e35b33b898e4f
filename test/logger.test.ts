import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { createLogger } from '../src/logger.ts'

const program = (body: string): string =>
  `import { createLogger } from ${JSON.stringify(new URL('../src/logger.ts', import.meta.url).href)}
  const logger = createLogger('info')
  ${body}`

/** Runs it in a process of its own, whose standard output is a pipe, and gives the messages that it logged. */
const messagesOf = async (body: string): Promise<unknown[]> => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(body)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines = (await text(child.stdout)).trimEnd().split('\n')
  return lines.map((line) => /"msg":"([^"]*)"/.exec(line)?.[1] ?? line)
}

const stayUntilAsked = `
  logger.info('first')
  process.stdin.once('data', () => logger.info('second'))`

describe('lines that are logged to standard output', () => {
  test('come one by one and in order, however many there are', async () => {
    const messages = await messagesOf('for (let n = 0; n < 20_000; n += 1) logger.info(`line ${n}`)')
    expect(messages).toEqual(Array.from({ length: 20_000 }, (_, n) => `line ${n}`))
  })

  test('come while the program goes on', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program(stayUntilAsked)], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    // Only what has come to us lets it go on.
    child.stdout.once('data', () => child.stdin.end('go on'))
    expect(await text(child.stdout)).toMatch(/"first".*\n.*"second"/)
  })

  test('hold no secret that somebody logged by mistake, beside an error or in it', () => {
    const lines: string[] = []
    const logger = createLogger('info', { write: (line) => void lines.push(line) })
    const secrets = { authorization: 'Bearer mhk_live_1', headers: { cookie: 'mhk_live_2' }, apiKey: 'mhk_live_3' }
    logger.info(secrets, 'one')
    logger.error({ err: Object.assign(new TypeError('refused'), secrets), requestId: 'r-1' }, 'two')
    expect(lines.join('')).toMatch(/one.*\n.*refused.*r-1.*two/)
    expect(lines.join('')).not.toContain('mhk_live')
  })

  test.each([
    ['it ends at once', 'process.exit(0)'],
    ['nobody caught an error', 'throw new TypeError("unforeseen")'],
    ['it comes to its end', ''],
  ])('are not lost when the program ends because %s', async (_reason, end) => {
    expect(await messagesOf(`logger.info('one'); logger.info('two'); ${end}`)).toEqual(['one', 'two'])
  })
})

import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'
import { inject } from 'vitest'

/** A browser that reaches this machine alone, and a page's complaints in it. */
export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext
  /** Every address that was asked for on another machine, and each error that a page wrote to its console. */
  readonly complaints: readonly string[]
}

const isRoot = process.getuid?.() === 0

let shared: Promise<Browser> | null = null

/** Opens a browser context of its own; all tests share one Chromium. */
export const openBrowser = async (options: BrowserContextOptions = {}): Promise<TestBrowser> => {
  shared ??= chromium.launch({
    executablePath: inject('chromium'),
    // Chromium's own sandbox does not run as root.
    chromiumSandbox: !isRoot,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  })
  const context = await (await shared).newContext(options)
  const complaints: string[] = []
  context.on('request', (request) => {
    const { protocol, hostname, href } = new URL(request.url())
    if (/^(https?|wss?):$/.test(protocol) && !['localhost', '127.0.0.1'].includes(hostname)) complaints.push(href)
  })
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  context.on('weberror', (error) => void complaints.push(String(error.error())))
  return { context, complaints, [Symbol.asyncDispose]: () => context.close() }
}

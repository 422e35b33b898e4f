import process from 'node:process'
import { z } from 'zod'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'

/*
 * The app in a process of its own, so that its memory is nobody else's. The parent sends the settings, then «memory» as often
 * as it likes; it is told the address, then the memory after a collection. It ends with the parent.
 */

const settings = z.record(z.string(), z.string())

process.once('message', (message) => {
  const app = createApp(loadConfig(settings.parse(message)))
  void app.start().then(() => {
    process.on('message', () => {
      globalThis.gc?.()
      const { rss, heapUsed } = process.memoryUsage()
      process.send?.({ rss, heapUsed })
    })
    process.send?.({ url: app.url })
  })
})
process.once('disconnect', () => process.exit())

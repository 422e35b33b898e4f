import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import { serverKey } from './candidates.ts'
import { idlePrefix } from './workloads.ts'

/*
 * Stands in for Magic Hour, in a process of its own: both calls, answered from memory with as little work as can be, and counted.
 * The process that started it is told the port first, and the count whenever it asks.
 */

const hour = 3_600_000
const day = 24 * hour
const now = Date.now()
const tailOf = (madeAt: number): string =>
  `"image_count":1,"type":"BACKGROUND_REMOVER","created_at":"${new Date(madeAt).toISOString()}","enabled":true,"credits_charged":5,"total_frame_cost":5,"downloads":[{"url":"https://storage.example/out/a.png?signature=0123456789abcdef0123456789abcdef","expires_at":"${new Date(now + day).toISOString()}"}],"error":null}`

const complete = `"status":"complete",${tailOf(now)}`
// An hour old: younger ones are looked up every few seconds, and would not be idle.
const idle = `"status":"rendering",${tailOf(now - hour)}`

let calls = 0

const answer = (response: ServerResponse, text: string): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
  response.end(text)
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  calls += 1
  if (request.method === 'POST') {
    const id = `made${String(calls).padStart(20, '0')}`
    request.resume()
    request.on('end', () => answer(response, `{"id":"${id}","credits_charged":5,"frame_cost":5}`))
  } else if (request.headers.authorization === `Bearer ${serverKey}`) {
    // The gateway leaves the account alone from then on: what it looks up later would fall into the next measurement.
    response.writeHead(429, { 'retry-after': '86400', 'content-length': 0 }).end()
  } else {
    const id = (request.url ?? '').slice('/v1/image-projects/'.length)
    answer(response, `{"id":"${id}","name":"A mug",${id.startsWith(idlePrefix) ? idle : complete}`)
  }
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
process.send?.({ port: typeof address === 'object' ? address?.port : null })
process.on('message', () => process.send?.({ calls }))
process.once('disconnect', () => process.exit())

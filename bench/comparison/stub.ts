import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'

/*
 * Stands in for Magic Hour, in a process of its own: both calls, answered from memory with as little work as can be, and counted.
 * The process that started it is told the port first, and the count whenever it asks.
 */

const day = 86_400_000
const now = Date.now()
const tail = `"image_count":1,"type":"BACKGROUND_REMOVER","created_at":"${new Date(now).toISOString()}","enabled":true,"credits_charged":5,"total_frame_cost":5,"downloads":[{"url":"https://storage.example/out/a.png?signature=0123456789abcdef0123456789abcdef","expires_at":"${new Date(now + day).toISOString()}"}],"error":null}`

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
  } else {
    const id = (request.url ?? '').slice('/v1/image-projects/'.length)
    answer(response, `{"id":"${id}","name":"A mug","status":"complete",${tail}`)
  }
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
process.send?.({ port: typeof address === 'object' ? address?.port : null })
process.on('message', () => process.send?.({ calls }))
process.once('disconnect', () => process.exit())

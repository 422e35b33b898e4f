import { runCluster } from './cluster.ts'
import { makeFolders } from './folders.ts'

/*
 * A process of its own, started by server.ts: runs a server until its standard input ends, as it does when the process
 * that holds the other end is gone, and leaves nothing behind.
 */

const stopping = new AbortController()
const stop = (): void => stopping.abort()
process.stdin.on('close', stop).resume()
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// Nobody may be there any more to read the URL; failing then would leave the server and its folder behind.
process.stdout.on('error', stop)

const folders = await makeFolders()
try {
  await runCluster({ folders, signal: stopping.signal, ready: (url) => void process.stdout.write(`${url}\n`) })
} catch (error) {
  if (!stopping.signal.aborted) throw error
} finally {
  await folders.remove()
  process.stdin.destroy()
}

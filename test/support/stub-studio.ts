import { type Server, createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/** A report as it came over the wire. */
export interface StudioReport {
  readonly path: string
  readonly apiKey: string | string[] | undefined
  /** Its bytes once unpacked: JSON, or a protocol buffer, in which texts stand as they are. */
  readonly body: Buffer
}

/** A stand-in for Apollo Studio's two reporting endpoints, on loopback. */
export interface StubStudio extends AsyncDisposable {
  readonly origin: string
  /** All that came, in order. */
  readonly reports: readonly StudioReport[]
}

const taken = '{"tracesIgnored":false}'
const schemaTaken = (withCoreSchema: boolean): string => {
  const reportSchema = { __typename: 'ReportSchemaResponse', inSeconds: withCoreSchema ? 0 : 3_600, withCoreSchema }
  return JSON.stringify({ data: { reportSchema } })
}

/**
 * Starts one. It asks for the whole schema as soon as it has heard of it.
 *
 * @param status what it answers
 */
export const startStubStudio = async (status = 200): Promise<StubStudio> => {
  const reports: StudioReport[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const path = request.url ?? ''
      const isFirst = reports.every((report) => report.path !== path)
      const isPacked = request.headers['content-encoding'] === 'gzip'
      reports.push({ path, apiKey: request.headers['x-api-key'], body: isPacked ? gunzipSync(body) : body })
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(path === '/api/graphql' ? schemaTaken(isFirst) : taken)
    })
  })
  const port = await listen(server)
  return {
    origin: `http://127.0.0.1:${port}`,
    reports,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })

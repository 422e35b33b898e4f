import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseRange } from './byte-range.ts'
import { StorageFailure, fileTooLarge } from './failures.ts'
import type { Services } from './services.ts'
import type { LinkVerb } from './signed-links.ts'

/** Adds the file storage that the signed links lead to: PUT for uploads, GET and HEAD for finished images. */
export const addStorageRoutes = (app: FastifyInstance, services: Services): void => {
  const { storage, limits, now } = services

  // Bodies are raw bytes, whatever their type says, and stay in the socket until they are streamed to disk.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.put('/api-assets/*', async (request, reply) => {
    const path = checkedPath(services, request, 'PUT')
    if (Number(request.headers['content-length'] ?? 0) > limits.uploadBytes) {
      throw fileTooLarge(limits.uploadBytes)
    }
    await storage.receive(path, request.raw, now() + limits.inputMs)
    return reply.status(200).send()
  })

  const sendFile = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const file = storage.find(checkedPath(services, request, 'GET'))
    if (file === null) throw new StorageFailure(404, 'NoSuchKey', 'There is no such file.')
    reply.header('accept-ranges', 'bytes')
    if (file.etag !== null) reply.header('etag', file.etag)
    if (isNamed(request.headers['if-none-match'], file.etag)) return reply.status(304).send()
    const part = partOf(request, file)
    if (part === 'unsatisfiable') {
      reply.header('content-range', `bytes */${file.bytes}`)
      throw new StorageFailure(416, 'InvalidRange', 'The requested range is not satisfiable.')
    }
    const { start, end } = part ?? { start: 0, end: file.bytes - 1 }
    reply.type('image/png').header('content-length', end - start + 1)
    if (part !== null) reply.status(206).header('content-range', `bytes ${start}-${end}/${file.bytes}`)
    return reply.send(request.method === 'HEAD' ? undefined : file.open(part))
  }
  // The HEAD that fastify would add by itself says a length of 0, or reads the file to count it.
  app.route({ method: ['GET', 'HEAD'], url: '/:projectId/output.png', handler: sendFile })
}

const isNamed = (header: string | undefined, etag: string | null): boolean =>
  header !== undefined && (header === '*' || header.split(',').some((tag) => tag.trim() === etag))

const partOf = (
  { headers }: FastifyRequest,
  { bytes, etag }: { readonly bytes: number; readonly etag: string | null },
): ReturnType<typeof parseRange> => {
  const isOther = headers['if-range'] !== undefined && headers['if-range'] !== etag
  return isOther ? null : parseRange(headers.range, bytes)
}

const checkedPath = ({ links }: Services, request: FastifyRequest, verb: LinkVerb): string => {
  // A signed link is a credential of its own. A key sent along has leaked to a place that must never see it.
  if (request.headers.authorization !== undefined) {
    throw new StorageFailure(
      400,
      'InvalidArgument',
      'A signed URL takes no Authorization header: never send the API key here.',
    )
  }
  const standing = links.check(verb, request.url)
  if (standing === 'forged')
    throw new StorageFailure(403, 'SignatureDoesNotMatch', 'The signature does not fit the URL.')
  if (standing === 'expired') throw new StorageFailure(403, 'AccessDenied', 'Request has expired.')
  const [path = ''] = request.url.slice(1).split('?')
  return path
}

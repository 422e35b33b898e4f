import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from './accounts.ts'
import { isExtensionOf, unknownExtensionMessage } from './extensions.ts'
import type { AssetType } from './extensions.ts'
import { ApiFailure } from './failures.ts'
import { parseImageInput } from './image-input.ts'
import type { Project } from './projects.ts'
import type { Services } from './services.ts'
import { createBody, createdBody, parseBody, projectBody, uploadUrlsBody } from './wire.ts'
import { giveWrongAnswer } from './wrong-answers.ts'

/** Adds the endpoints of the REST API. */
export const addApiRoutes = (app: FastifyInstance, services: Services): void => {
  const accountOf = ({ headers }: FastifyRequest): Account => services.accounts.authenticate(headers.authorization)

  // Before the body is read: who has no key learns nothing about the body.
  app.addHook('onRequest', async (request) => void accountOf(request))

  app.get('/v1/account', (request, reply) => reply.send(describeAccount(services, accountOf(request))))

  app.post('/v1/files/upload-urls', (request, reply) => {
    const account = accountOf(request)
    const { items } = parseBody(uploadUrlsBody, request.body)
    return reply.send(issueUploads(services, account, items))
  })

  app.post('/v1/image-background-remover', (request, reply) =>
    removeBackground(services, accountOf(request), { request, reply }),
  )

  app.get<{ Params: { id: string } }>('/v1/image-projects/:id', (request, reply) => {
    const project = findProject(services, accountOf(request), request.params.id)
    return reply.send(projectBody(project, downloadsOf(services, project)))
  })

  app.delete<{ Params: { id: string } }>('/v1/image-projects/:id', (request, reply) => {
    services.projects.delete(findProject(services, accountOf(request), request.params.id))
    return reply.status(204).send()
  })
}

const describeAccount = ({ projects }: Services, account: Account) => ({
  id: account.id,
  email: 'sandbox@example.com',
  tier: 'creator',
  credits: projects.creditsOf(account),
})

const issueUploads = (
  { uploads, links, limits, now, publicUrl }: Services,
  account: Account,
  items: readonly { type: AssetType; extension: string }[],
) => {
  if (items.length > limits.uploadsPerCall) {
    throw new ApiFailure(400, `items: The sandbox issues at most ${limits.uploadsPerCall} uploads a call`)
  }
  for (const { type, extension } of items) {
    if (!isExtensionOf(type, extension)) throw new ApiFailure(422, unknownExtensionMessage(type, extension))
  }
  const expiresAtMs = now() + limits.linkMs
  const tickets = items.map(({ extension }) => {
    const path = uploads.issue(account, extension)
    const url = `${publicUrl()}${links.sign('PUT', path, expiresAtMs)}`
    return { upload_url: url, expires_at: new Date(expiresAtMs).toISOString(), file_path: path }
  })
  return { items: tickets }
}

const removeBackground = (
  services: Services,
  account: Account,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): FastifyReply => {
  const { name, assets } = parseBody(createBody, request.body)
  const fault = services.chooseFault(account, name)
  const report = (status: number): void => services.requestLog.end(request, status)
  const parts = { reply, nowMs: services.now(), report }
  if (fault?.at === 'request') return giveWrongAnswer(fault.answer, { ...parts, body: {} })

  const isIssued = (path: string): boolean => services.uploads.wasIssuedTo(account, path)
  const background = assets.background_image_file_path
  const project = services.projects.create({
    account,
    name,
    image: parseImageInput(assets.image_file_path, isIssued),
    background: background === undefined ? null : parseImageInput(background, isIssued),
    twist: fault?.at === 'render' ? fault.twist : {},
  })
  const body = createdBody(project)
  return fault?.at === 'answer' ? giveWrongAnswer(fault.answer, { ...parts, body }) : reply.send(body)
}

const findProject = ({ projects }: Services, account: Account, id: string): Project => {
  const project = projects.find(account, id)
  if (project === null) throw new ApiFailure(404, 'Not Found')
  return project
}

const downloadsOf = ({ links, now, publicUrl }: Services, project: Project) => {
  if (project.status !== 'complete' || !project.enabled) return []
  // The same link is handed out again until half of its life is over, as upstream's cache does: `expires_at` tells, not the time of the GET.
  if (project.linkExpiresAtMs - now() < project.linkMs / 2) project.linkExpiresAtMs = now() + project.linkMs
  const url = `${publicUrl()}${links.sign('GET', project.outputPath, project.linkExpiresAtMs)}`
  return [{ url, expires_at: new Date(project.linkExpiresAtMs).toISOString() }]
}

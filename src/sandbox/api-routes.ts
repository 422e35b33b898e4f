import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from './accounts.ts'
import { isExtensionOf, unknownExtensionMessage } from './extensions.ts'
import type { AssetType } from './extensions.ts'
import { ApiFailure } from './failures.ts'
import { parseImageInput } from './image-input.ts'
import type { Project } from './project.ts'
import type { Services } from './services.ts'
import { createBody, createdBody, parseBody, uploadUrlsBody } from './wire.ts'
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
    return reply.send(services.viewProject(project))
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

const removeBackground = async (
  services: Services,
  account: Account,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> => {
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
    webhookTwist: fault?.at === 'webhook' ? fault.twist : null,
  })
  // Before anything is refunded: the answer tells what was charged.
  const body = createdBody(project)
  if (project.webhookTwist === 'early') await eventsFirst(services, project)
  return fault?.at === 'answer' ? giveWrongAnswer(fault.answer, { ...parts, body }) : reply.send(body)
}

// What of the project can be told at once is: its start, and its end too when no render time has to pass.
const eventsFirst = async ({ projects, webhooks }: Services, project: Project): Promise<void> => {
  if (webhooks === null) return
  if (project.renderMs === 0) await projects.worked(project)
  await webhooks.attempted(project)
}

const findProject = ({ projects }: Services, account: Account, id: string): Project => {
  const project = projects.find(account, id)
  if (project === null) throw new ApiFailure(404, 'Not Found')
  return project
}

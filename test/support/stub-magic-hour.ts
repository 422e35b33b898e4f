import { type Respond, type StubServer, json, startStub } from './stub-server.ts'

interface StubProject {
  readonly id: string
  status: string
  readonly extra: Record<string, unknown>
}

/** A bare server that answers as the vendor's OpenAPI description says, and nothing beyond: no `frame_cost`, no error codes. */
export interface StubMagicHour extends StubServer {
  /** Sets what GET says about a project from now on; makes the project if need be. */
  set(id: string, status: string, extra?: Record<string, unknown>): void
  /** Answers the next create like this, instead of making a project. */
  failNextCreate(respond: Respond): void
  /** Holds the answers about projects back until this resolves. */
  holdProjects(until: Promise<void>): void
  /** Answers 404 about every project to whoever shows this `Authorization`. */
  hideProjectsFrom(authorization: string): void
  /** Has files uploaded to this storage from now on, with links that live for long, or until then. */
  uploadTo(storage: URL, expiresAt?: Date): void
  /** How many requests came for a path that begins like this. */
  count(method: string, pathPrefix: string): number
}

/** Starts one. Each create makes `project-1`, `project-2` …, queued, for 5 credits. */
export const startStubMagicHour = async (): Promise<StubMagicHour> => {
  const projects = new Map<string, StubProject>()
  const failures: Respond[] = []
  const strangers = new Set<string | undefined>()
  let uploads = { storage: 'https://storage.example/', expiresAt: '2026-01-01T01:00:00Z' }
  let held = Promise.resolve()
  const server = await startStub((response, request) => {
    const [path = ''] = request.path.split('?')
    const route = `${request.method} ${path}`
    if (request.headers.authorization === undefined) return json(401, { message: 'Unauthorized' })(response, request)
    if (route === 'POST /v1/image-background-remover') {
      const failure = failures.shift()
      if (failure !== undefined) return failure(response, request)
      const id = `project-${projects.size + 1}`
      projects.set(id, { id, status: 'queued', extra: {} })
      return json(200, { id, credits_charged: 5 })(response, request)
    }
    if (route === 'POST /v1/files/upload-urls') return json(200, uploadUrls(request.body, uploads))(response, request)
    if (route === 'GET /v1/account')
      return json(200, { id: 'account-1', credits: 95, tier: 'creator' })(response, request)
    const id = strangers.has(request.headers.authorization) ? '' : (path.split('/').at(-1) ?? '')
    return void held.then(() => answerProject(projects.get(id))(response, request))
  })
  return Object.assign(server, {
    set: (id: string, status: string, extra: Record<string, unknown> = {}) => {
      projects.set(id, { id, status, extra })
    },
    failNextCreate: (respond: Respond) => {
      failures.push(respond)
    },
    holdProjects: (until: Promise<void>) => {
      held = until
    },
    hideProjectsFrom: (authorization: string) => {
      strangers.add(authorization)
    },
    uploadTo: (storage: URL, expiresAt = new Date('2999-01-01')) => {
      uploads = { storage: storage.href, expiresAt: expiresAt.toISOString() }
    },
    count: (method: string, pathPrefix: string) =>
      server.requests.filter((request) => request.method === method && request.path.startsWith(pathPrefix)).length,
  })
}

const answerProject =
  (project: StubProject | undefined): Respond =>
  (response, request) => {
    if (project === undefined) return json(404, { message: 'Not Found' })(response, request)
    if (request.method === 'DELETE') {
      project.extra['enabled'] = false
      response.writeHead(204).end()
      return undefined
    }
    return json(200, {
      id: project.id,
      name: null,
      status: project.status,
      image_count: 1,
      type: 'BACKGROUND_REMOVER',
      created_at: '2026-01-01T00:00:00.000Z',
      enabled: true,
      credits_charged: 5,
      downloads: [],
      error: null,
      ...project.extra,
    })(response, request)
  }

const uploadUrls = (
  body: string,
  { storage, expiresAt }: { readonly storage: string; readonly expiresAt: string },
): unknown => {
  const asked: unknown = JSON.parse(body)
  const items =
    typeof asked === 'object' && asked !== null && 'items' in asked && Array.isArray(asked.items) ? asked.items : []
  return {
    items: items.map((item: unknown, index) => ({
      upload_url: `${storage}upload-${index}?X-Sig=a%2fb'c|d&x=${JSON.stringify(item).length}`,
      expires_at: expiresAt,
      file_path: `api-assets/account-1/${index}.png`,
    })),
  }
}

import { createAccounts } from './accounts.ts'
import type { Accounts } from './accounts.ts'
import { createFaultChooser } from './choose-fault.ts'
import type { ChooseFault } from './choose-fault.ts'
import { newId } from './ids.ts'
import type { SandboxLimits } from './limits.ts'
import { createProjectView } from './project-view.ts'
import type { ViewProject } from './project-view.ts'
import { Projects } from './projects.ts'
import type { RenderQueue } from './render-queue.ts'
import { createRenderer } from './renderer.ts'
import { createRequestLog } from './request-log.ts'
import type { RequestLine, RequestLog } from './request-log.ts'
import { isPublicAddress } from './safe-address.ts'
import { safeFetch } from './safe-fetch.ts'
import { createSignedLinks } from './signed-links.ts'
import type { SignedLinks } from './signed-links.ts'
import { Storage } from './storage.ts'
import { createUploads } from './uploads.ts'
import type { Uploads } from './uploads.ts'
import type { WebhookTarget } from './webhook-sender.ts'
import { createWebhooks } from './webhooks.ts'
import type { Webhooks } from './webhooks.ts'

/** All that the routes work with. */
export interface Services {
  readonly accounts: Accounts
  readonly projects: Projects
  readonly uploads: Uploads
  readonly storage: Storage
  readonly links: SignedLinks
  readonly chooseFault: ChooseFault
  readonly limits: SandboxLimits
  readonly now: () => number
  /** The address that links begin with. Known only when the port is. */
  readonly publicUrl: () => string
  readonly requestLog: RequestLog
  readonly viewProject: ViewProject
  /** null when no address is set that events could go to. */
  readonly webhooks: Webhooks | null
}

/** What the services are made from. */
export interface ServicesNeeds extends Pick<Services, 'limits' | 'now' | 'publicUrl' | 'storage'> {
  readonly queue: RenderQueue
  /** Ends what is being fetched, waited for or delivered. */
  readonly stopping: AbortSignal
  readonly renderMs: number
  readonly credits: number
  readonly allowPrivateInputUrls: boolean
  readonly onRequest?: (line: RequestLine) => void
  readonly webhooks?: WebhookTarget
}

/** An empty storage of the size that the limits allow. */
export const openStorage = (limits: SandboxLimits, now: () => number): Promise<Storage> =>
  Storage.open({
    maxFiles: limits.projects * 2,
    maxBytes: limits.storedBytes,
    maxUploadBytes: limits.uploadBytes,
    now,
  })

/** The services of a sandbox in which nothing has happened yet. */
export const createServices = (needs: ServicesNeeds): Services => {
  const { limits, now, storage, publicUrl, stopping, webhooks: target, onRequest = () => {} } = needs
  const idNow = (): string => newId(now())
  const links = createSignedLinks(now)
  const viewProject = createProjectView({ links, now, publicUrl })
  const webhookNeeds = { limits, now, newId: idNow, view: viewProject, stopping }
  const webhooks = target === undefined ? null : createWebhooks({ ...webhookNeeds, target })
  return {
    accounts: createAccounts({ credits: needs.credits, maxAccounts: limits.accounts, newId: idNow }),
    projects: createProjects(needs, idNow, webhooks),
    uploads: createUploads({ maxUploads: limits.uploads, newId: idNow }),
    storage,
    links,
    chooseFault: createFaultChooser(),
    limits,
    now,
    publicUrl,
    requestLog: createRequestLog(onRequest),
    viewProject,
    webhooks,
  }
}

const createProjects = (needs: ServicesNeeds, idNow: () => string, webhooks: Webhooks | null): Projects => {
  const { limits, now, storage, queue, stopping, renderMs, allowPrivateInputUrls } = needs
  const fetchOptions = {
    isAllowed: allowPrivateInputUrls ? () => true : isPublicAddress,
    maxBytes: limits.fetchBytes,
    timeoutMs: limits.fetchMs,
    signal: stopping,
  }
  return new Projects({
    now,
    newId: idNow,
    render: createRenderer({ storage, queue, fetchUrl: (url) => safeFetch(url, fetchOptions) }),
    removeOutput: (path) => storage.remove(path),
    renderMs,
    linkMs: limits.linkMs,
    maxProjects: limits.projects,
    audience: webhooks,
  })
}

import { randomBytes } from 'node:crypto'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { type Core, startCore } from './core.ts'
import { type Caller, ownsAccount } from './domain/caller.ts'
import type { Keyring } from './domain/ports.ts'
import { projectIdProblem } from './domain/project-id.ts'
import { Secret } from './domain/secret.ts'
import { type Authenticate, type CallerPolicy, createAuthenticate } from './graphql/authenticate.ts'
import { type CreateContext, createContextFactory } from './graphql/context.ts'
import { isResultSignature, resultSignature } from './http/result-signature.ts'
import type { ResultAccess } from './http/results.ts'
import type { registerWebhook } from './http/webhook.ts'
import { linkSeal } from './ledger/link-seal.ts'
import type { Logger } from './logger.ts'
import { type Sandbox, createSandbox } from './sandbox/sandbox.ts'
import { type Storage, openStorage } from './storage.ts'
import { createMagicHourClient } from './upstream/client.ts'
import { createReadWebhook } from './upstream/webhook.ts'
import { createKeyring } from './worker/keyring.ts'

/** Everything but the server. */
export interface Parts {
  readonly core: Core
  readonly createContext: CreateContext
  readonly results: ResultAccess
  readonly isLedgerReachable: () => Promise<boolean>
  /** null: no webhooks are received. */
  readonly webhook: Omit<Parameters<typeof registerWebhook>[1], 'log'> | null
  /** Waits until what is under way has been recorded, then lets go of everything. */
  close(): Promise<void>
}

const alwaysTrue = (): boolean => true
const alwaysFalse = (): boolean => false

/** What is not a setting. */
export interface PartsOptions {
  readonly logger: Logger
  /** Default: what Magic Hour names, or what the sandbox takes. */
  readonly medianRenderMs?: number
  /** Whether there is a server of ours, at which `/results` answers. */
  readonly servesResults: boolean
  /** Where this server is reached; null: nowhere, or not yet. */
  readonly address: () => string | null
  /** Where this machine reaches it. */
  readonly listeningAt: () => string | null
}

/** Builds everything but the server, from the configuration alone, and starts it. */
export const startParts = async (config: Config, options: PartsOptions): Promise<Parts> => {
  const policy = callerPolicy(config)
  const webhookSecret = webhookSecretOf(config)
  const publicUrl = (): string | null => (options.servesResults ? (config.publicUrl ?? options.address()) : null)
  const sandbox = await startSandbox(config, { webhookSecret, listeningAt: options.listeningAt })
  const storage = await openStorage(config, options.logger).catch(async (error: unknown) => {
    await sandbox?.stop()
    throw error
  })
  const magicHour = createMagicHourClient({
    baseUrl: baseUrlOf(config, sandbox),
    links: linkSeal,
    clock: systemClock,
    random: Math.random,
  })
  const keyring = createKeyring(policy.apiKey === null ? null : { account: policy.account, key: policy.apiKey })
  const letGo = async (): Promise<void> => {
    await magicHour.close()
    await storage.close()
    await sandbox?.stop()
  }
  const core = await startCore({
    ...storage,
    logger: options.logger,
    magicHour,
    keyring,
    account: policy.account,
    medianRenderMs: options.medianRenderMs ?? medianRenderMsOf(config),
    permanentUrl: (caller, id, index) => permanentUrl(publicUrl(), caller, { id, index }),
  }).catch(async (error: unknown) => {
    await letGo()
    throw error
  })
  const authenticate = createAuthenticate(policy)
  return {
    core,
    createContext: createContextFactory({ authenticate, useCases: core.useCases }),
    isLedgerReachable: () => storage.ledger.findSubmission('').then(alwaysTrue, alwaysFalse),
    results: resultAccess({ core, storage, keyring, authenticate }),
    webhook:
      webhookSecret === null ? null : webhookParts(config, { core, policy, webhookSecret, logger: options.logger }),
    close: async () => {
      await core.finish()
      await letGo()
    },
  }
}

const startSandbox = async (
  { magicHourBaseUrl, sandboxPort, sandboxRenderMs, sandboxWebhooks }: Config,
  { webhookSecret, listeningAt }: { readonly webhookSecret: string | null; readonly listeningAt: () => string | null },
): Promise<Sandbox | null> => {
  if (magicHourBaseUrl !== 'sandbox') return null
  const here = (): string | null => {
    const url = listeningAt()
    return url === null ? null : `${url}/webhooks/magic-hour`
  }
  const sandbox = createSandbox({
    port: sandboxPort ?? 0,
    renderMs: sandboxRenderMs,
    ...(sandboxWebhooks !== null &&
      webhookSecret !== null && {
        webhooks: { url: sandboxWebhooks === 'here' ? here : () => sandboxWebhooks.href, secret: webhookSecret },
      }),
  })
  await sandbox.start()
  return sandbox
}

/** The sandbox inside this gateway and the gateway itself need no secret from outside to trust each other. */
const webhookSecretOf = ({ magicHourBaseUrl, webhookSecret, sandboxWebhooks }: Config): string | null =>
  webhookSecret ??
  (magicHourBaseUrl === 'sandbox' && sandboxWebhooks === 'here' ? randomBytes(32).toString('hex') : null)

const baseUrlOf = ({ magicHourBaseUrl }: Config, sandbox: Sandbox | null): URL =>
  magicHourBaseUrl === 'sandbox' ? new URL(sandbox?.url ?? '') : magicHourBaseUrl

/** Magic Hour names 4 seconds (July 2026). A stand-in that takes no time still takes a moment to be asked. */
const medianRenderMsOf = ({ magicHourBaseUrl, sandboxRenderMs }: Config): number =>
  magicHourBaseUrl === 'sandbox' ? Math.max(200, sandboxRenderMs) : 4_000

/**
 * The sandbox asks for no key, so that the program starts with nothing; with gateway keys it behaves as production does. What it
 * makes is gone when it stops, and so each run has tenants of its own: no key of an earlier one resolves to a job that is gone.
 */
const callerPolicy = ({ magicHourBaseUrl, magicHourApiKey, gatewayKeys, allowAnonymous }: Config): CallerPolicy => {
  if (magicHourBaseUrl !== 'sandbox') {
    const apiKey = magicHourApiKey === null ? null : new Secret(magicHourApiKey)
    return { account: 'server', tenantPrefix: '', apiKey, gatewayKeys, allowAnonymous }
  }
  const run = `sandbox-${randomBytes(8).toString('hex')}`
  return {
    account: run,
    tenantPrefix: `${run}:`,
    apiKey: new Secret(`${run}-${randomBytes(16).toString('hex')}`),
    gatewayKeys,
    allowAnonymous: allowAnonymous || gatewayKeys.length === 0,
  }
}

const permanentUrl = (
  base: string | null,
  caller: Caller,
  { id, index }: { readonly id: string; readonly index: number },
): string | null => {
  if (base === null) return null
  const query = ownsAccount(caller) ? '' : `?signature=${resultSignature(caller.apiKey, { tenant: caller.tenant, id })}`
  return `${base}/results/${encodeURIComponent(id)}/${index}${query}`
}

const resultAccess = ({
  core,
  storage: { ledger },
  keyring,
  authenticate,
}: {
  readonly core: Core
  readonly storage: Storage
  readonly keyring: Keyring
  readonly authenticate: Authenticate
}): ResultAccess => ({
  find: async ({ jobId, signature, authorization }) => {
    if (signature === null) {
      const caller = authenticate(authorization)
      const [job = null] = await core.useCases.readJobs(caller, [jobId])
      if (job instanceof Error) throw job
      return job && { job, caller }
    }
    // An id that is none may hold what a database cannot.
    const jobs = projectIdProblem(jobId) === null ? await ledger.findAnywhere(jobId) : []
    for (const job of jobs) {
      const apiKey = keyring.keyOf(job.account)
      if (apiKey !== null && isResultSignature(signature, apiKey, job)) return { job, caller: { apiKey } }
    }
    return null
  },
  readDownloads: core.useCases.readDownloads,
})

const webhookParts = (
  { webhookToleranceSeconds }: Config,
  {
    core,
    policy: { apiKey },
    webhookSecret,
    logger,
  }: { readonly core: Core; readonly policy: CallerPolicy; readonly webhookSecret: string; readonly logger: Logger },
): NonNullable<Parts['webhook']> => ({
  read: createReadWebhook({
    secret: webhookSecret,
    toleranceSeconds: webhookToleranceSeconds,
    clock: systemClock,
    seal: apiKey === null ? null : (url) => linkSeal.seal(apiKey, url),
  }),
  receive: core.receiveEvent,
  askAgain: (projectId) =>
    void core
      .askAgain(projectId)
      .catch((error: unknown) => logger.warn({ err: error, projectId }, 'asking again failed')),
})

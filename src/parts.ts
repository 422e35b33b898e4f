import { randomBytes } from 'node:crypto'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { type Core, startCore } from './core.ts'
import { Secret } from './domain/secret.ts'
import { type CallerPolicy, createAuthenticate } from './graphql/authenticate.ts'
import { type CreateContext, createContextFactory } from './graphql/context.ts'
import type { ResultAccess } from './http/results.ts'
import type { registerUploads } from './http/uploads.ts'
import type { registerWebhook } from './http/webhook.ts'
import { linkSeal } from './ledger/link-seal.ts'
import { permanentUrl, resultAccess, uploadAccess } from './link-access.ts'
import type { Logger } from './logger.ts'
import type { Sandbox } from './sandbox/sandbox.ts'
import { openStorage } from './storage.ts'
import { createMagicHourClient } from './upstream/client.ts'
import { createFileStorage } from './upstream/file-storage.ts'
import { createReadWebhook } from './upstream/webhook.ts'
import { createKeyring } from './worker/keyring.ts'

/** Everything but the server. */
export interface Parts {
  readonly core: Core
  readonly createContext: CreateContext
  readonly results: ResultAccess
  readonly uploads: Pick<Parameters<typeof registerUploads>[1], 'open' | 'put'>
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
  /** Whether there is a server of ours, at which `/results` and `/uploads` answer. */
  readonly hasServer: boolean
  /** Where this machine reaches it; null: nowhere, or not yet. */
  readonly listeningAt: () => string | null
}

/** Builds everything but the server, from the configuration alone, and starts it. */
export const startParts = async (config: Config, options: PartsOptions): Promise<Parts> => {
  const policy = callerPolicy(config)
  const webhookSecret = webhookSecretOf(config)
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
  const files = createFileStorage()
  const keyring = createKeyring(policy.apiKey === null ? null : { account: policy.account, key: policy.apiKey })
  const letGo = async (): Promise<void> => {
    await magicHour.close()
    await files.close()
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
    permanentUrl,
  }).catch(async (error: unknown) => {
    await letGo()
    throw error
  })
  const authenticate = createAuthenticate(policy)
  return {
    core,
    createContext: createContextFactory({
      authenticate,
      useCases: core.useCases,
      addressOf: (origin) => (options.hasServer ? (config.publicUrl ?? origin) : null),
    }),
    isLedgerReachable: () => storage.ledger.findSubmission('').then(alwaysTrue, alwaysFalse),
    results: { ...resultAccess({ core, storage, keyring, authenticate }), fetch: files.get },
    uploads: { open: uploadAccess({ core, policy, authenticate }), put: files.put },
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
  // Only here: the library that does its pictures takes as much memory as all the rest.
  const { createSandbox } = await import('./sandbox/sandbox.ts')
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

import { systemClock } from './clock.ts'
import type { Core } from './core.ts'
import { ownsAccount } from './domain/caller.ts'
import { ShuttingDown, UploadLinkInvalid } from './domain/errors.ts'
import type { Keyring } from './domain/ports.ts'
import { projectIdProblem } from './domain/project-id.ts'
import type { Authenticate, CallerPolicy } from './graphql/authenticate.ts'
import type { UseCases } from './graphql/context.ts'
import { isResultSignature, resultSignature } from './http/result-signature.ts'
import type { ResultAccess } from './http/results.ts'
import type { registerUploads } from './http/uploads.ts'
import { ticketSeal } from './ledger/ticket-seal.ts'
import type { Storage } from './storage.ts'

/** Makes the link to a result that does not die: with a signature, where the account is not the caller's own. */
export const permanentUrl: UseCases['permanentUrl'] = (caller, { address, jobId: id, index }) => {
  const query = ownsAccount(caller) ? '' : `?signature=${resultSignature(caller.apiKey, { tenant: caller.tenant, id })}`
  return `${address}/results/${encodeURIComponent(id)}/${index}${query}`
}

/**
 * Says what the link of a relayed upload promises. Where the server pays, the link is enough; one that was given to a caller
 * with a key of their own needs that key.
 */
export const uploadAccess =
  ({
    core,
    policy,
    authenticate,
  }: {
    readonly core: Core
    readonly policy: CallerPolicy
    readonly authenticate: Authenticate
  }): Parameters<typeof registerUploads>[1]['open'] =>
  ({ ticket: text, authorization }) => {
    if (core.isStopping()) throw new ShuttingDown()
    const caller = authorization === undefined && policy.apiKey !== null ? null : authenticate(authorization)
    const apiKey = caller?.apiKey ?? policy.apiKey
    const ticket = apiKey === null ? null : ticketSeal.open(apiKey, text)
    const isTheirs = caller === null || caller.tenant === ticket?.tenant
    if (ticket === null || !isTheirs || ticket.expiresAt.getTime() <= systemClock.now()) throw new UploadLinkInvalid()
    return ticket
  }

/** Finds a result for whoever has its signature, or the key of its owner. */
export const resultAccess = ({
  core,
  storage: { ledger },
  keyring,
  authenticate,
}: {
  readonly core: Core
  readonly storage: Storage
  readonly keyring: Keyring
  readonly authenticate: Authenticate
}): Omit<ResultAccess, 'fetch'> => ({
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

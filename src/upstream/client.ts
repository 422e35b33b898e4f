import type { z } from 'zod'
import { InvalidArgument } from '../domain/errors.ts'
import type { Clock, CreatedImage, LinkSeal, MagicHour } from '../domain/ports.ts'
import { projectIdProblem } from '../domain/project-id.ts'
import { type Call, type CallLimits, type MakeCall, createMakeCall } from './call.ts'
import type { CallKind } from './retry.ts'
import {
  toAccount,
  toCreateBody,
  toCreatedImage,
  toUploadTickets,
  toUploadUrlsBody,
  toUpstreamState,
} from './translate.ts'
import { type TransportAnswer, createTransport } from './transport.ts'
import { accountAnswer, createImageAnswer, imageProject, parseJson, salvageId, uploadUrlsAnswer } from './wire.ts'

/** What the client of Magic Hour's REST API is made from. */
export interface MagicHourClientOptions {
  /** For example `https://api.magichour.ai`; a path in it is kept as a prefix. */
  readonly baseUrl: URL
  readonly clock: Clock
  readonly links: Pick<LinkSeal, 'seal'>
  /** A number in [0, 1), for the jitter of the back-off. */
  readonly random: () => number
  readonly limits?: Partial<Record<CallKind, CallLimits>>
}

/** The client, and how to end it. */
export interface MagicHourClient extends MagicHour {
  /** Waits for the calls under way, then closes the connections. */
  close(): Promise<void>
}

/**
 * The charged call gets much patience: an attempt given up too early is a paid job without an id. The others are cheap to
 * ask again.
 */
const defaultLimits: Record<CallKind, CallLimits> = {
  charged: { attemptTimeoutMs: 60_000, deadlineMs: 90_000, maxAttempts: 4 },
  free: { attemptTimeoutMs: 10_000, deadlineMs: 30_000, maxAttempts: 4 },
}

/**
 * Connections for the charged call are reused only while they are fresh: a server that closes an idle connection just as a
 * request goes out leaves it unknown whether a job was made.
 */
const keepAliveMs: Record<CallKind, number> = { charged: 1_000, free: 4_000 }

/** Makes the client: one method an endpoint. */
export const createMagicHourClient = ({
  baseUrl,
  clock,
  links,
  random,
  limits,
}: MagicHourClientOptions): MagicHourClient => {
  const transports = {
    charged: createTransport({ origin: baseUrl.origin, clock, keepAliveMs: keepAliveMs.charged }),
    free: createTransport({ origin: baseUrl.origin, clock, keepAliveMs: keepAliveMs.free }),
  }
  const endpoint = {
    makeCall: createMakeCall({ transports, limits: { ...defaultLimits, ...limits }, clock, random }),
    prefix: baseUrl.pathname.replace(/\/$/, ''),
    clock,
    links,
  }
  return {
    ...createImageCalls(endpoint),
    ...createAccountCalls(endpoint),
    close: async () => {
      await Promise.all([transports.charged.close(), transports.free.close()])
    },
  }
}

interface Endpoint {
  readonly makeCall: MakeCall
  readonly prefix: string
  readonly clock: Pick<Clock, 'now'>
  readonly links: Pick<LinkSeal, 'seal'>
}

const createImageCalls = ({
  makeCall,
  prefix,
  clock,
  links,
}: Endpoint): Pick<MagicHour, 'createImage' | 'getImageDetails' | 'deleteImage'> => ({
  createImage: (apiKey, request, signal) =>
    makeCall({
      kind: 'charged',
      method: 'POST',
      path: `${prefix}/v1/image-background-remover`,
      apiKey,
      body: toCreateBody(request),
      read: readCreatedImage,
      signal,
    }),
  getImageDetails: async (apiKey, id, signal) =>
    makeCall({
      kind: 'free',
      method: 'GET',
      path: `${prefix}/v1/image-projects/${pathPart(id)}`,
      apiKey,
      read: (answer) => {
        const project = parse(imageProject, answer)
        // An answer about another project is none about this one.
        return project?.id === id
          ? toUpstreamState(project, { now: new Date(clock.now()), seal: (url) => links.seal(apiKey, url) })
          : undefined
      },
      readAbsence: absent,
      signal,
    }),
  deleteImage: async (apiKey, id, signal) => {
    await makeCall({
      kind: 'free',
      method: 'DELETE',
      path: `${prefix}/v1/image-projects/${pathPart(id)}`,
      apiKey,
      read: () => null,
      readAbsence: absent,
      signal,
    })
  },
})

const createAccountCalls = ({ makeCall, prefix }: Endpoint): Pick<MagicHour, 'generateUploadUrls' | 'getAccount'> => ({
  generateUploadUrls: (apiKey, extensions, signal) =>
    makeCall({
      kind: 'free',
      method: 'POST',
      path: `${prefix}/v1/files/upload-urls`,
      apiKey,
      body: toUploadUrlsBody(extensions),
      read: (answer) => {
        const urls = parse(uploadUrlsAnswer, answer)
        return urls?.items.length === extensions.length ? toUploadTickets(urls) : undefined
      },
      signal,
    }),
  getAccount: (apiKey, signal) =>
    makeCall({
      kind: 'free',
      method: 'GET',
      path: `${prefix}/v1/account`,
      apiKey,
      read: (answer) => {
        const account = parse(accountAnswer, answer)
        return account === undefined ? undefined : toAccount(account)
      },
      // Older servers do not know the path at all, so that even a proxy's own 404 means «not offered».
      readAbsence: () => null,
      signal,
    }),
})

const pathPart = (id: string): string => {
  const problem = projectIdProblem(id)
  if (problem !== null) throw new InvalidArgument('id', problem)
  return encodeURIComponent(id)
}

/** Also of an answer that is cut off or odd, as long as the id can be read: it is the only way back to what was paid. */
const readCreatedImage = ({ body }: TransportAnswer): CreatedImage | undefined => {
  const answer = createImageAnswer.safeParse(parseJson(body)).data
  if (answer !== undefined) return toCreatedImage(answer)
  const id = salvageId(body)
  return id === null ? undefined : toCreatedImage({ id, credits_charged: null, frame_cost: null })
}

/** Only a JSON 404 is Magic Hour's own; a proxy's page says nothing about the project. */
const absent: NonNullable<Call<null>['readAbsence']> = ({ body }) => (parseJson(body) === undefined ? undefined : null)

const parse = <T extends z.ZodType>(schema: T, { body, isComplete }: TransportAnswer): z.output<T> | undefined =>
  isComplete ? schema.safeParse(parseJson(body)).data : undefined

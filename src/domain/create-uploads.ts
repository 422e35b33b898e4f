import type { Caller } from './caller.ts'
import { InvalidArgument } from './errors.ts'
import type { Clock, MagicHour } from './ports.ts'
import type { RelayedFile, TicketSeal, UploadTicket } from './upload.ts'

interface CreateUploadsDependencies {
  readonly magicHour: Pick<MagicHour, 'generateUploadUrls'>
  readonly tickets: Pick<TicketSeal, 'seal'>
  readonly clock: Pick<Clock, 'now'>
}

/** Which files, and which way they take: straight to Magic Hour's storage, or through this server. */
export type UploadsRequest =
  | { readonly via: 'DIRECT'; readonly files: readonly Pick<RelayedFile, 'extension'>[] }
  | { readonly via: 'RELAY'; readonly files: readonly RelayedFile[] }

/**
 * Makes places to upload files to, in the order asked.
 *
 * @throws InvalidArgument when nothing can be relayed, because there is no server of ours
 */
export type CreateUploads = (
  caller: Caller,
  request: UploadsRequest & {
    /** Where clients reach this server, without a slash at the end; null: nowhere. */
    readonly address: string | null
  },
  signal?: AbortSignal,
) => Promise<UploadTicket[]>

/** How long a relayed upload may take to begin. */
const relayedForMs = 900_000

/** Makes what asks Magic Hour for places, and puts this server in front of them where that is wanted. */
export const createCreateUploads = ({ magicHour, tickets, clock }: CreateUploadsDependencies): CreateUploads => {
  const relay = ({ tenant, apiKey }: Caller, place: UploadTicket, file: RelayedFile & { readonly address: string }) => {
    const { address, ...described } = file
    const expiresAt = new Date(Math.min(place.expiresAt.getTime(), clock.now() + relayedForMs))
    const ticket = tickets.seal(apiKey, { ...described, uploadUrl: place.uploadUrl, tenant, expiresAt })
    return { filePath: place.filePath, uploadUrl: `${address}/uploads?ticket=${ticket}`, expiresAt }
  }
  return async (caller, request, signal) => {
    const { address } = request
    if (request.via === 'RELAY' && address === null)
      throw new InvalidArgument('via', 'nothing is relayed here: the API runs inside another server. Use DIRECT.')
    const extensions = request.files.map(({ extension }) => extension)
    const places = await magicHour.generateUploadUrls(caller.apiKey, extensions, signal)
    if (request.via === 'DIRECT' || address === null) return places
    return places.flatMap((place, index) => {
      const file = request.files[index]
      return file === undefined ? [] : [relay(caller, place, { ...file, address })]
    })
  }
}

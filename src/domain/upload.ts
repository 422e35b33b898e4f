import type { Secret } from './secret.ts'

/** A place in Magic Hour's storage, ready for one file. The upload URL is a secret, used byte for byte. */
export interface UploadTicket {
  readonly filePath: string
  readonly uploadUrl: string
  readonly expiresAt: Date
}

/** A file that is to be uploaded through this server. */
export interface RelayedFile {
  /** Lower case, without the dot. */
  readonly extension: string
  /** Exactly as many bytes as will come. */
  readonly sizeBytes: number
}

/** What this server promises to pass on: one file, of this kind and size, of this tenant. */
export interface RelayTicket extends RelayedFile {
  /** Where Magic Hour wants it: a signed link, and a secret. */
  readonly uploadUrl: string
  readonly tenant: string
  /** The upload must begin before. */
  readonly expiresAt: Date
}

/**
 * Makes one text of a ticket, and a ticket of the text again. It is encrypted under the account's API key, so that every
 * server with that key can open it, nobody can change it, and nothing has to be kept.
 */
export interface TicketSeal {
  seal(apiKey: Secret, ticket: RelayTicket): string
  /** null: sealed with another key, or no ticket at all. */
  open(apiKey: Secret, text: string): RelayTicket | null
}

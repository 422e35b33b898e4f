/** A place in Magic Hour's storage, ready for one file. The upload URL is a secret, used byte for byte. */
export interface UploadTicket {
  readonly filePath: string
  readonly uploadUrl: string
  readonly expiresAt: Date
}

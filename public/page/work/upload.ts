import { ConnectionLost, RequestRefused } from '../wire/failure.ts'
import { operations } from '../wire/operations.ts'
import { putFile } from '../wire/put-file.ts'
import type { Send, Wire } from '../wire/send.ts'
import { extensionOf } from './extension.ts'
import { createLimit } from './limit.ts'

interface UploadOptions {
  /** Names the time under one key. */
  readonly epoch: () => string
  readonly wire: Wire
  readonly send: Send
  readonly onPut: (put: { readonly uploadUrl: string; readonly file: File }) => void
}

/** Uploads a file, once however often it is asked for. Resolves to the path that names it. @throws RequestRefused, ConnectionLost */
export type Upload = (file: File, onProgress: (sentBytes: number) => void) => Promise<string>

/** So many files at a time: more are no faster, and leave the page no connection. */
const mostAtOnce = 2

/** A file whose bytes are cut off this often is not sent again by itself: the fault may lie in the file. */
const mostAttempts = 4

/** Makes what uploads. */
export const createUpload = (options: UploadOptions): Upload => {
  // What was uploaded under one key is unknown to another.
  const uploaded = new Map<string, WeakMap<File, Promise<string>>>()
  const attempts = new WeakMap<File, number>()
  const inTurn = createLimit(mostAtOnce)
  return (file, onProgress) => {
    const mine = uploaded.get(options.epoch()) ?? new WeakMap<File, Promise<string>>()
    uploaded.set(options.epoch(), mine)
    const already = mine.get(file)
    if (already !== undefined) return already
    const path = inTurn(() => uploadOnce(options, file, onProgress)).catch((error: unknown) => {
      mine.delete(file)
      const count = (attempts.get(file) ?? 0) + 1
      attempts.set(file, count % mostAttempts)
      throw error instanceof ConnectionLost && count >= mostAttempts ? new RequestRefused(cutOff) : error
    })
    mine.set(file, path)
    return path
  }
}

const cutOff = {
  code: 'UPLOAD_CUT_OFF',
  message: 'The upload was cut off several times.',
  isRetryable: true,
  charged: 'NO',
  retryAfterSeconds: null,
  submissionName: null,
  jobId: null,
} as const

const uploadOnce = async (
  { wire, send, onPut }: UploadOptions,
  file: File,
  onProgress: (sentBytes: number) => void,
): Promise<string> => {
  const files = [{ extension: extensionOf(file.name) ?? '', sizeBytes: file.size }]
  const { createUploads } = await send(operations.createUploads, { files })
  const ticket = createUploads?.[0]
  if (ticket === undefined) throw new ConnectionLost()
  onPut({ uploadUrl: ticket.uploadUrl, file })
  onProgress(0)
  await putFile(wire, { uploadUrl: ticket.uploadUrl, file, onProgress })
  return ticket.filePath
}

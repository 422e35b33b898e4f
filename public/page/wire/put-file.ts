import { onThisOrigin } from './address.ts'
import { ConnectionLost, readFailure, refusalOf } from './failure.ts'
import { fieldOf } from './guards.ts'
import { type Wire, keyHeaders } from './send.ts'

interface Upload {
  readonly uploadUrl: string
  readonly file: File
  /** Hears how many bytes have left, as they go. */
  readonly onProgress: (sentBytes: number) => void
}

/**
 * Sends a file's bytes to its place. It takes XMLHttpRequest, because `fetch` does not tell how much has left.
 *
 * @throws RequestRefused, ConnectionLost
 */
export const putFile = (wire: Wire, { uploadUrl, file, onProgress }: Upload): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', onThisOrigin(uploadUrl))
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type)
    for (const [name, value] of Object.entries(keyHeaders(wire))) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
    request.addEventListener('error', () => reject(new ConnectionLost()))
    request.addEventListener('abort', () => reject(new ConnectionLost()))
    request.addEventListener('load', () => {
      if (request.status >= 200 && request.status < 300) return resolve()
      const failure = readFailure(fieldOf(parse(request.responseText), 'errors'))
      return reject(failure === null ? new ConnectionLost() : refusalOf(failure))
    })
    request.send(file)
  })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

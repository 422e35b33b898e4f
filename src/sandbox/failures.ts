/** An answer of the API other than 2xx. Sent as `{code, message}`, or as `{message}` where upstream publishes no code. */
export class ApiFailure extends Error {
  readonly status: number
  readonly code: string | undefined

  constructor(status: number, message: string, code: string | undefined = documentedCodes.get(status)) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** An answer of the file storage other than 2xx. Sent as the small XML document that object stores send. */
export class StorageFailure extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** A file that the storage does not take because of its size. */
export const fileTooLarge = (maxBytes: number): StorageFailure =>
  new StorageFailure(413, 'EntityTooLarge', `A file may have at most ${maxBytes} bytes.`)

/** An image that cannot be rendered. It becomes `error: {code, message}` of the project, and the credits go back. */
export class RenderFailure extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** `url` was read before `start()` had given the sandbox a port. */
export class SandboxNotStarted extends Error {
  readonly code = 'SANDBOX_NOT_STARTED'
}

// 403, 429 and 503 stand in Magic Hour's guides only, without a code: those bodies carry a message alone.
const documentedCodes: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request'],
  [401, 'unauthorized'],
  [402, 'insufficient_credits'],
  [404, 'not_found'],
  [422, 'unprocessable_entity'],
  [500, 'internal_server_error'],
])

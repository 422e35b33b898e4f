/** One entry of a GraphQL answer's `errors`. */
export interface GraphQLFailure {
  readonly message: string
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** The gateway answered, and a field of the answer failed. */
export class RequestFailed extends Error {
  readonly extensions: Readonly<Record<string, unknown>>

  constructor([first]: readonly GraphQLFailure[]) {
    super(first?.message ?? 'The request failed.')
    this.extensions = first?.extensions ?? {}
  }
}

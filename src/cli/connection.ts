import { Agent, type Dispatcher } from 'undici'
import type { RemoveOptions } from './command-line.ts'
import { createGraphQLClient } from './graphql-client.ts'
import type { Environment } from './io.ts'
import { type RemovalApi, createRemovalApi } from './operations.ts'
import { type Server, openServer } from './server.ts'

/** Everything that a run sends through. */
export interface Connection extends Pick<Server, 'records' | 'isRepeatable'> {
  readonly api: RemovalApi
  readonly dispatcher: Dispatcher
  /** Whether a sandbox answered; known once it has. */
  readonly isSandbox: () => boolean
  /** Whether pictures from there count as done on later runs: not those of a sandbox at an address where Magic Hour may answer later. */
  readonly keepsOutputs: () => boolean
}

interface ConnectionWish {
  readonly options: Pick<RemoveOptions, 'server' | 'key' | 'state'>
  readonly environment: Environment
  readonly note: (text: string) => void
}

/**
 * Runs something with a server, its own or one that runs already, and lets go of it at the end.
 *
 * @throws ConfigError     with all settings that are wrong
 * @throws CommandFailure  there is no server to be had
 */
export const withConnection = async <T>(
  { options, environment, note }: ConnectionWish,
  use: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const server = await openServer({ ...options, environment, note })
  const dispatcher = new Agent()
  let isSandbox = false
  const onSandbox = (): void => {
    if (!isSandbox) note('sandbox: it stands in for Magic Hour, nothing is charged')
    isSandbox = true
  }
  const client = createGraphQLClient({ url: server.url, key: server.key, dispatcher, onSandbox })
  const { records, isRepeatable } = server
  try {
    return await use({
      api: createRemovalApi(client),
      dispatcher,
      records,
      isRepeatable,
      isSandbox: () => isSandbox,
      keepsOutputs: () => options.server === null || !isSandbox,
    })
  } finally {
    await dispatcher.destroy()
    await server.stop()
  }
}

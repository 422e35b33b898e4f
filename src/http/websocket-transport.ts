import { randomUUID } from 'node:crypto'
import type { WebSocket } from '@fastify/websocket'
import { type ExecutionArgs, type GraphQLError, OperationTypeNode, execute } from 'graphql'
import { CloseCode, type SubscribePayload, makeServer } from 'graphql-ws'
import { z } from 'zod'
import { RateLimited } from '../domain/errors.ts'
import { type Operation, OperationRefused, type Operations } from '../graphql/operation.ts'

/** GraphQL over the sockets it is given. */
interface WebSocketTransport {
  /** Serves a socket from now on, with the key that its upgrade request showed, and where it has reached the server. */
  open(socket: WebSocket, upgrade: Pick<Connection, 'authorization' | 'origin'>): void
  /** Closes each socket as soon as its queries and mutations are answered. */
  drain(): void
}

/** As a client would: some write the header's name in capitals. */
const connectionParams = z
  .object({ authorization: z.string().optional(), Authorization: z.string().optional() })
  .nullish()
  .transform((params) => params?.authorization ?? params?.Authorization)

/** How many operations one connection may have under way: each can be a call upstream. */
const maxOperations = 100

/** RATE_LIMITED: the same operation can run later, as soon as another one has ended. */
const tooMany = `A connection carries at most ${maxOperations} operations at a time.`

/** One socket. */
interface Connection {
  readonly socket: WebSocket
  /** The caller's key, as in the `Authorization` header. */
  authorization: string | undefined
  readonly origin: string | null
  readonly running: Set<Operation>
}

/**
 * Makes the transport: graphql-ws for the protocol, our operations for what runs.
 *
 * @param initTimeoutMs how long a client may take for its `connection_init`; then the socket is closed with 4408
 */
export const createWebSocketTransport = (operations: Operations, initTimeoutMs: number): WebSocketTransport => {
  const connections = new Set<Connection>()
  const prepared = new WeakMap<ExecutionArgs, Operation>()
  const run = (args: ExecutionArgs) => prepared.get(args)?.results ?? execute(args)
  const server = makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: initTimeoutMs,
    onConnect: ({ extra, connectionParams: params }) => {
      const { success, data } = connectionParams.safeParse(params)
      extra.authorization = data ?? extra.authorization
      return success
    },
    onSubscribe: ({ extra }, _id, payload) => {
      const operation = begin(operations, extra, payload)
      if (operation instanceof OperationRefused) return operation.result.errors
      prepared.set(operation.args, operation)
      return operation.args
    },
    execute: run,
    subscribe: run,
    onError: (...[, , , errors]) => errors.flatMap(toldOf).map((error) => error.toJSON()),
  })
  return {
    open: (socket, upgrade) => {
      const connection = { socket, ...upgrade, running: new Set<Operation>() }
      connections.add(connection)
      const closed = server.opened(wire(socket), connection)
      socket.once('close', (code, reason) => {
        connections.delete(connection)
        void closed(code, String(reason))
      })
    },
    drain: () => {
      for (const connection of connections) void closeWhenAnswered(connection)
    },
  }
}

const begin = (
  operations: Operations,
  { authorization, origin, running }: Connection,
  payload: SubscribePayload,
): Operation | OperationRefused => {
  const requestId = randomUUID()
  try {
    if (running.size >= maxOperations) throw operations.refuse(new RateLimited(tooMany), requestId)
    const operation = operations.prepare(payload, { authorization, origin, requestId })
    running.add(operation)
    void operation.ended.then(() => running.delete(operation))
    return operation
  } catch (error) {
    if (error instanceof OperationRefused) return error
    throw error
  }
}

/** graphql-ws wraps what a subscription fails with. */
const toldOf = (error: GraphQLError): readonly GraphQLError[] =>
  error.originalError instanceof OperationRefused ? error.originalError.result.errors : [error]

/** What graphql-ws needs of a socket. */
const wire = (socket: WebSocket): Parameters<ReturnType<typeof makeServer>['opened']>[0] => ({
  protocol: socket.protocol,
  // Resolves once it is written, and until then no more of the operation is asked for: what a client does not read is bounded.
  send: (text) =>
    new Promise((resolve) => {
      // A socket that fails closes, and with it all that is under way.
      if (socket.readyState === socket.OPEN) socket.send(text, () => resolve())
      else resolve()
    }),
  close: (code, reason) => socket.close(code, reason),
  onMessage: (handle) => {
    socket.on('message', (data: Buffer) => {
      // All that can be wrong here is the message: the operations tell of their errors.
      void handle(data.toString()).catch(() => socket.close(CloseCode.BadRequest, 'Unexpected message'))
    })
  },
})

/**
 * A mutation that is cut off before its `complete` would be sent again by the client, elsewhere. graphql-ws sends that right
 * after the operation has ended, in the same turn of the event loop.
 */
const closeWhenAnswered = async ({ socket, running }: Connection): Promise<void> => {
  const answers = [...running].filter(({ kind }) => kind !== OperationTypeNode.SUBSCRIPTION)
  await Promise.all(answers.map(({ ended }) => ended))
  setImmediate(() => socket.close(1001, 'The server is shutting down'))
}

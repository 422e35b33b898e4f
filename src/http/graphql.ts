import type { ApolloServer } from '@apollo/server'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import type { WebsocketHandler } from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { CreateContext, GraphQLContext } from '../graphql/context.ts'
import { landingPagePolicy } from './content-security-policy.ts'
import { disconnectSignal } from './disconnect-signal.ts'
import { originOf } from './origin.ts'
import { refuse } from './refuse.ts'
import { securityHeaders } from './security-headers.ts'

interface GraphQLRouteOptions {
  readonly server: ApolloServer<GraphQLContext>
  readonly createContext: CreateContext
  /** Takes the requests that would become a WebSocket. */
  readonly wsHandler: WebsocketHandler
}

/** `/graphql`: GraphQL over HTTP, POST and GET; a browser that opens it gets the landing page, where there is one. */
export const registerGraphQL = (
  app: FastifyInstance,
  { server, createContext, wsHandler }: GraphQLRouteOptions,
): void => {
  const route = {
    url: '/graphql',
    onRequest: (request, reply, done) => {
      if (hasReadableHost(request)) done()
      else void refuse(reply, { message: 'The Host header cannot be read.' })
    },
    handler: fastifyApolloHandler(server, {
      context: async (request, reply) =>
        createContext({
          authorization: request.headers.authorization,
          origin: originOf(request),
          requestId: request.id,
          signal: disconnectSignal(reply),
        }),
    }),
  } satisfies Omit<RouteOptions, 'method'>
  const pageHeaders = securityHeaders(landingPagePolicy)
  app.route({
    method: 'GET',
    ...route,
    onSend: async (_request, reply, payload) => {
      if (isPage(reply)) reply.headers(pageHeaders)
      return payload
    },
    wsHandler,
  })
  app.route({ method: 'POST', ...route })
}

/** Apollo's adapter makes a URL of it. RFC 9112 (3.2) asks for 400 where that cannot be done. */
const hasReadableHost = ({ host }: FastifyRequest): boolean => URL.canParse(`http://${host}/`)

const isPage = (reply: FastifyReply): boolean => String(reply.getHeader('content-type')).startsWith('text/html')

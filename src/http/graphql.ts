import type { ApolloServer } from '@apollo/server'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CreateContext, GraphQLContext } from '../graphql/context.ts'
import { landingPagePolicy } from './content-security-policy.ts'

interface GraphQLRouteOptions {
  readonly server: ApolloServer<GraphQLContext>
  readonly createContext: CreateContext
}

/** `/graphql`: GraphQL over HTTP, POST and GET; a browser that opens it gets the landing page, where there is one. */
export const registerGraphQL = (app: FastifyInstance, { server, createContext }: GraphQLRouteOptions): void => {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    helmet: { contentSecurityPolicy: landingPagePolicy, crossOriginEmbedderPolicy: false },
    handler: fastifyApolloHandler(server, {
      context: async (request, reply) =>
        createContext({
          authorization: request.headers.authorization,
          requestId: request.id,
          signal: disconnectSignal(request, reply),
        }),
    }),
  })
}

/** Aborts when the connection closes before the answer is sent. */
const disconnectSignal = (_request: FastifyRequest, reply: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

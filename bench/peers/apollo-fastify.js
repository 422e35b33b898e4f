import { ApolloServer } from '@apollo/server'
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify'
import Fastify from 'fastify'
import { resolvers, typeDefs } from './magic-hour.js'

/* Apollo Server 5 on Fastify, as the integration's README has it. */

const fastify = Fastify()
const apollo = new ApolloServer({ typeDefs, resolvers, plugins: [fastifyApolloDrainPlugin(fastify)] })
await apollo.start()
await fastify.register(fastifyApollo(apollo), {
  context: async ({ headers: { authorization } }) => ({ authorization }),
})
await fastify.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })

import Fastify from 'fastify'
import mercurius from 'mercurius'
import { resolvers, typeDefs } from './magic-hour.js'

/* Mercurius on Fastify, with its compiled execution from the first repetition of a document on. */

const fastify = Fastify()
await fastify.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  context: ({ headers: { authorization } }) => ({ authorization }),
})
await fastify.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })

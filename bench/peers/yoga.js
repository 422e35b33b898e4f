import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
import { resolvers, typeDefs } from './magic-hour.js'

/* GraphQL Yoga on node:http, as its documentation has it. Its cache of parsed and validated documents is on by default. */

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  graphiql: false,
  landingPage: false,
  context: ({ request }) => ({ authorization: request.headers.get('authorization') }),
})
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1')

import { defineConfig } from '@graphql-hive/gateway'

/* Hive Gateway serves what Mesh composed: one process, the compiled execution on, the caller's key passed through. */

export const gatewayConfig = defineConfig({
  supergraph: './supergraph.graphql',
  port: Number(process.env.PORT),
  host: '127.0.0.1',
  jit: true,
  graphiql: false,
  landingPage: false,
  transportEntries: { MagicHour: { location: process.env.UPSTREAM_URL } },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
})

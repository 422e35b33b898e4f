import { defineConfig } from '@graphql-mesh/compose-cli'
import { loadOpenAPISubgraph } from '@omnigraph/openapi'

/* GraphQL Mesh makes a schema from the OpenAPI description: `npm run compose` writes it to supergraph.graphql. */

export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadOpenAPISubgraph('MagicHour', {
        source: './magic-hour.openapi.json',
        endpoint: 'https://api.magichour.ai',
        ignoreErrorResponses: true,
      }),
    },
  ],
})

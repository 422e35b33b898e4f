import * as graphqlPlugin from '@graphql-eslint/eslint-plugin'

/** ESLint reads the GraphQL contract only; TypeScript is oxlint's. */
export default [
  {
    files: ['schema/**/*.graphql'],
    languageOptions: {
      parser: graphqlPlugin.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } },
    },
    plugins: { '@graphql-eslint': graphqlPlugin },
    rules: {
      ...graphqlPlugin.configs['flat/schema-recommended'].rules,
      ...graphqlPlugin.configs['flat/schema-relay'].rules,
      // Downloads and upload tickets are small, bounded lists that nobody pages through; `nodes` is Relay's own.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, withEdgeSuffix: true }],
      // These are values: parts of a job or answers to a call, not things with an identity of their own.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            types: ['Download', 'JobError', 'UploadTicket', 'PageInfo'],
            suffixes: ['Payload', 'Edge', 'Connection'],
          },
        },
      ],
    },
  },
]

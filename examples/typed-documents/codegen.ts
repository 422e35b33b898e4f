import type { CodegenConfig } from '@graphql-codegen/cli'

/** Types each operation of `main.ts` by the schema, into `src/gql/`. A wrong field or variable does not compile. */
const config: CodegenConfig = {
  schema: '../../schema/*.graphql',
  documents: 'src/*.ts',
  // Node runs TypeScript as it stands, and wants the whole name of a file.
  importExtension: '.ts',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // Documents stay text: nothing of graphql is needed when it runs.
        documentMode: 'string',
        strictScalars: true,
        scalars: { DateTime: 'string', URL: 'string' },
        useTypeImports: true,
      },
    },
  },
}

export default config

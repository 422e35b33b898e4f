import type { CodegenConfig } from '@graphql-codegen/cli'

/** Types each operation of `src/documents.ts` by the schema, into `src/gql/`. */
const config: CodegenConfig = {
  schema: '../../schema/*.graphql',
  documents: 'src/documents.ts',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { strictScalars: true, scalars: { DateTime: 'string', URL: 'string' }, useTypeImports: true },
    },
  },
}

export default config

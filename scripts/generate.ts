import { createContext, generate } from '@graphql-codegen/cli'

/**
 * Makes the generated code, as `npm run codegen` does: the page's documents are code that is needed to build it, while the
 * server's types are needed to check it alone.
 *
 * @param config the path of codegen.yml
 */
export const generateCode = async (config: string): Promise<void> => {
  await generate(
    await createContext({
      config,
      silent: true,
      errorsOnly: true,
      overwrite: true,
      profile: false,
      project: '',
      require: [],
      watch: false,
    }),
  )
}

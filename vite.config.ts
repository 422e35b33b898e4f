import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { generateCode } from './scripts/generate.ts'
import { precompress } from './scripts/precompress.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The pages that the server serves: bundled once, so that they need no other machine. */
export default defineConfig({
  root: at('public'),
  build: {
    outDir: at('dist/pages'),
    emptyOutDir: true,
    // Monaco, the editor inside GraphiQL, is large; only that page loads it.
    chunkSizeWarningLimit: 4_000,
    rolldownOptions: {
      input: [at('public/index.html'), at('public/graphiql/index.html')],
      // React's «use client» means nothing in a bundle that is for clients alone.
      onLog: (level, log, handle) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
  plugins: [
    { name: 'codegen', apply: 'build', buildStart: () => generateCode(at('codegen.yml')) },
    { name: 'precompress', apply: 'build', closeBundle: () => precompress(at('dist/pages')) },
  ],
  logLevel: 'warn',
})

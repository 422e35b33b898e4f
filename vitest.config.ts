import { defineConfig } from 'vitest/config'

export default defineConfig({
  // As Node resolves packages: with Vite's own choice, graphql would be there twice, as a module and as CommonJS.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/postgres/global-setup.ts',
    sequence: { shuffle: true },
    // No module has state of its own, so that test files can share the loaded ones: a fifth of the time.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})

import { defineConfig } from 'vitest/config'

/** The tests in a real Chromium: `npm run test:browser`. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: 'test/browser/support/global-setup.ts',
    sequence: { shuffle: true },
    isolate: false,
    // One browser at a time: two pages that render at once on two cores are slower than one after the other.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

/**
 * Builds the pages that the server serves, right after `npm ci`, so that `npm start` has nothing left to do. Without the
 * development dependencies there is nothing to build them with: then the server runs without pages.
 */
const vite = await import('vite').catch(() => null)
if (vite === null) console.log('vite is not installed: the pages are not built.')
else await vite.build()

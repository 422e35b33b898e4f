import { defineConfig } from 'vite'

const target = process.env['GATEWAY'] ?? 'http://localhost:4000'

// The page and the gateway are one origin to the browser, so that no CORS is needed. The `Host` stays the page's: the links that
// the gateway hands out begin with it, and come back through here.
const gateway = { target, changeOrigin: false }

export default defineConfig({
  server: {
    proxy: {
      '/graphql': { ...gateway, ws: true },
      '/uploads': gateway,
      '/results': gateway,
    },
  },
})

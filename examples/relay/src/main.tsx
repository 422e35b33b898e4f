import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { RelayEnvironmentProvider } from 'react-relay'
import { App } from './app'
import { environment } from './environment'

const root = document.querySelector('#root')
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <RelayEnvironmentProvider environment={environment}>
        <Suspense fallback="Loading …">
          <App />
        </Suspense>
      </RelayEnvironmentProvider>
    </StrictMode>,
  )

import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import './style.css'
import { GraphiQL } from 'graphiql'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { examples, firstExample } from './examples.ts'
import { createFetcher } from './fetcher.ts'
import { storageWithoutHeaders } from './storage.ts'

/** GraphiQL keeps its tabs in the browser. Only at the first visit does it show ours, and takes no variables from the first of them. */
const isFirstVisit = localStorage.getItem('graphiql:tabState') === null

const root = document.getElementById('graphiql')
if (root !== null)
  createRoot(root).render(
    createElement(
      GraphiQL,
      {
        fetcher: createFetcher(location.origin),
        defaultTabs: [...examples],
        ...(isFirstVisit && { initialVariables: firstExample.variables }),
        inputValueDeprecation: true,
        schemaDescription: true,
        // A header may be a key: it is gone when the page is closed.
        shouldPersistHeaders: false,
        storage: storageWithoutHeaders(localStorage),
      },
      createElement(GraphiQL.Logo, null, createElement('h1', null, 'Magic Hour GraphQL')),
    ),
  )

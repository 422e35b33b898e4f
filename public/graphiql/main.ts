import 'graphiql/setup-workers/vite'
import 'graphiql/style.css'
import { createGraphiQLFetcher } from '@graphiql/toolkit'
import { GraphiQL } from 'graphiql'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'

const root = document.getElementById('graphiql')
if (root !== null)
  createRoot(root).render(createElement(GraphiQL, { fetcher: createGraphiQLFetcher({ url: '/graphql' }) }))

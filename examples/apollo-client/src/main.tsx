import { ApolloProvider } from '@apollo/client/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { client } from './client'
import { JobList } from './job-list'
import { NewJob } from './new-job'

const root = document.querySelector('#root')
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <ApolloProvider client={client}>
        <NewJob />
        <JobList />
      </ApolloProvider>
    </StrictMode>,
  )

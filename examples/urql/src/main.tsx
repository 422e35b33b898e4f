import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider } from 'urql'
import { client } from './client'
import { JobList } from './job-list'
import { NewJob } from './new-job'

const root = document.querySelector('#root')
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <Provider value={client}>
        <NewJob />
        <JobList />
      </Provider>
    </StrictMode>,
  )

import { graphql, useLazyLoadQuery } from 'react-relay'
import type { appQuery } from './__generated__/appQuery.graphql'
import { JobList } from './job-list'
import { NewJob } from './new-job'

/** The page: one query, put together from what its parts ask for. */
export const App = () => {
  const data = useLazyLoadQuery<appQuery>(
    graphql`
      query appQuery {
        ...jobList_query
      }
    `,
    {},
  )
  return (
    <>
      <NewJob />
      <JobList query={data} />
    </>
  )
}

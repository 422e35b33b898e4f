import { graphql, usePaginationFragment } from 'react-relay'
import type { jobListPageQuery } from './__generated__/jobListPageQuery.graphql'
import type { jobList_query$key } from './__generated__/jobList_query.graphql'
import { JobCard } from './job-card'

/** The jobs, newest first. Pages are joined in the store, under the connection's key. */
export const JobList = ({ query }: { readonly query: jobList_query$key }) => {
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<jobListPageQuery, jobList_query$key>(
    graphql`
      fragment jobList_query on Query
      @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" })
      @refetchable(queryName: "jobListPageQuery") {
        jobs(first: $first, after: $after) @connection(key: "jobList_jobs") {
          edges {
            node {
              id
              ...jobCard_job
            }
          }
        }
      }
    `,
    query,
  )
  return (
    <>
      <ul>
        {data.jobs?.edges.map(({ node }) => (
          <JobCard key={node.id} job={node} />
        ))}
      </ul>
      {hasNext && (
        <button disabled={isLoadingNext} onClick={() => loadNext(5)}>
          Older jobs
        </button>
      )}
    </>
  )
}

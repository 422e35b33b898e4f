import { useQuery } from '@apollo/client/react'
import { describeError } from './describe-error'
import { jobsQuery } from './documents'
import { JobCard } from './job-card'

/** The jobs, newest first. Pages are joined in the cache, by `relayStylePagination`. */
export const JobList = () => {
  const { data, error, loading, fetchMore } = useQuery(jobsQuery)
  if (error !== undefined) return <p role="alert">{describeError(error).text}</p>
  const { edges = [], pageInfo } = data?.jobs ?? {}
  return (
    <>
      <ul>
        {edges.map(({ node }) => (
          <JobCard key={node.id} job={node} />
        ))}
      </ul>
      {pageInfo?.hasNextPage && (
        <button disabled={loading} onClick={() => void fetchMore({ variables: { after: pageInfo.endCursor } })}>
          Older jobs
        </button>
      )}
    </>
  )
}

import { useState } from 'react'
import { useQuery } from 'urql'
import { describeError } from './describe-error'
import { jobsQuery } from './documents'
import { JobCard } from './job-card'

/** urql's cache knows from it which mutations make a list old, even an empty one. */
const context = { additionalTypenames: ['BackgroundRemovalJob'] }

/** The jobs, newest first, a page at a time. A page that was looked at before comes from the cache. */
export const JobList = () => {
  const [after, setAfter] = useState<string | null>(null)
  const [{ data, error }] = useQuery({ query: jobsQuery, variables: { after }, context })
  if (error !== undefined) return <p role="alert">{describeError(error).text}</p>
  const { edges = [], pageInfo } = data?.jobs ?? {}
  return (
    <>
      <ul>
        {edges.map(({ node }) => (
          <JobCard key={node.id} listed={node} />
        ))}
      </ul>
      {after !== null && <button onClick={() => setAfter(null)}>Newest jobs</button>}
      {pageInfo?.hasNextPage && <button onClick={() => setAfter(pageInfo.endCursor)}>Older jobs</button>}
    </>
  )
}

import { useMemo } from 'react'
import { graphql, useRefetchableFragment, useSubscription } from 'react-relay'
import type { jobCardQuery } from './__generated__/jobCardQuery.graphql'
import type { jobCard_job$key } from './__generated__/jobCard_job.graphql'
import type { jobCardSubscription } from './__generated__/jobCardSubscription.graphql'

/** One job, as it goes on. */
export const JobCard = ({ job }: { readonly job: jobCard_job$key }) => {
  // Refetched through `node(id)`: this job alone, not the list.
  const [{ id, name, status, downloads, error }, refetch] = useRefetchableFragment<jobCardQuery, jobCard_job$key>(
    graphql`
      fragment jobCard_job on BackgroundRemovalJob @refetchable(queryName: "jobCardQuery") {
        id
        name
        status
        downloads {
          permanentUrl
        }
        error {
          message
        }
      }
    `,
    job,
  )
  return (
    <li>
      <div>{name}</div>
      <strong>{status}</strong>
      {!isFinal(status) && <LiveStates id={id} />}
      {error && <div>{error.message}</div>}
      {downloads?.map(
        ({ permanentUrl }) => permanentUrl && <img key={permanentUrl} src={permanentUrl} alt={`Cut-out of ${name}`} />,
      )}
      <button onClick={() => refetch({}, { fetchPolicy: 'store-and-network' })}>Refresh</button>
    </li>
  )
}

/** Each state goes into the store under the job's id, and from there into the card: what comes need not be looked at here. */
const LiveStates = ({ id }: { readonly id: string }) => {
  const config = useMemo(() => ({ subscription, variables: { id } }), [id])
  useSubscription<jobCardSubscription>(config)
  return null
}

const subscription = graphql`
  subscription jobCardSubscription($id: ID!) {
    jobUpdated(id: $id) {
      ...jobCard_job
    }
  }
`

const isFinal = (status: string): boolean => ['COMPLETE', 'ERROR', 'CANCELED'].includes(status)

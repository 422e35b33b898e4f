import { useSubscription } from '@apollo/client/react'
import { jobUpdated } from './documents'
import type { JobCardFragment, JobStatus } from './gql/graphql'

/** One job, as it goes on. */
export const JobCard = ({ job: { id, name, status, downloads, error } }: { readonly job: JobCardFragment }) => {
  // Each state goes into the cache under the job's id, and from there into the list: what comes need not be looked at here.
  useSubscription(jobUpdated, { variables: { id }, skip: isFinal(status), ignoreResults: true })
  return (
    <li>
      <div>{name}</div>
      <strong>{status}</strong>
      {error !== null && <div>{error.message}</div>}
      {downloads?.map(
        ({ permanentUrl }) =>
          permanentUrl !== null && <img key={permanentUrl} src={permanentUrl} alt={`Cut-out of ${name}`} />,
      )}
    </li>
  )
}

const isFinal = (status: JobStatus): boolean => ['COMPLETE', 'ERROR', 'CANCELED'].includes(status)

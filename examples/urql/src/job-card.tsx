import { useSubscription } from 'urql'
import { jobUpdated } from './documents'
import type { JobCardFragment, JobStatus } from './gql/graphql'

/** One job, as it goes on. urql's cache keeps answers, not jobs: so the newest state is taken from the subscription itself. */
export const JobCard = ({ listed }: { readonly listed: JobCardFragment }) => {
  const pause = isFinal(listed.status)
  const [{ data }] = useSubscription({ query: jobUpdated, variables: { id: listed.id }, pause })
  const { name, status, downloads, error } = data?.jobUpdated ?? listed
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

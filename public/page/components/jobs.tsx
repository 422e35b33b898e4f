import { useRef, useState } from 'preact/hooks'
import { wordsFor } from '../words/errors.ts'
import { fits } from '../state/job-list.ts'
import type { Job } from '../wire/operations.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { JobCard } from './job-card.tsx'
import { JobFilters } from './job-filters.tsx'
import { useSession } from './session-context.ts'
import { Trouble } from './trouble.tsx'

/** The jobs that were made, the newest first. */
export const Jobs = () => {
  const { state, actions } = useSession()
  const { list } = state
  const [toDelete, setToDelete] = useState<Job | null>(null)
  const title = useRef<HTMLHeadingElement>(null)
  const jobs = list.ids.flatMap((id) => state.jobs[id] ?? []).filter((job) => fits(job, list.filter))
  return (
    <section class="jobs" aria-labelledby="jobs-title" aria-busy={list.isLoading}>
      <div class="section-head">
        <h2 id="jobs-title" ref={title} tabIndex={-1}>
          Your jobs
        </h2>
        <JobFilters />
      </div>
      {list.failure !== null && (
        <Trouble words={wordsFor(list.failure)} retry={{ label: 'Try again', run: () => void actions.list.load() }} />
      )}
      {jobs.length === 0 && list.failure === null && <NoJobs />}
      {jobs.length > 0 && (
        <ul class="job-grid">
          {jobs.map((job) => (
            <JobCard key={job.id} job={job} onDelete={() => setToDelete(job)} />
          ))}
        </ul>
      )}
      {list.next !== null && (
        <p class="more">
          <button type="button" disabled={list.isLoading} onClick={() => void actions.list.loadMore()}>
            {list.isLoading ? 'Loading …' : 'Show older jobs'}
          </button>
        </p>
      )}
      {toDelete !== null && (
        <DeleteDialog
          job={toDelete}
          onClose={() => {
            setToDelete(null)
            title.current?.focus()
          }}
        />
      )}
    </section>
  )
}

const NoJobs = () => {
  const { list, keyWanted } = useSession().state
  const isFiltered = list.filter.name !== '' || list.filter.status !== ''
  const words = isFiltered ? 'No job fits.' : 'None yet. Each job that you make is kept here.'
  if (keyWanted !== null) return <p class="none">They are shown once a key is given.</p>
  return <p class="none">{list.hasLoaded ? words : 'Loading …'}</p>
}

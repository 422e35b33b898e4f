import { fileNameFor, jobTitle } from '../words/labels.ts'
import type { Job } from '../wire/operations.ts'
import { Compare } from './compare.tsx'
import { DownloadIcon, PictureIcon } from './icons.tsx'
import { useSession } from './session-context.ts'
import { usePicture } from './use-picture.ts'

/** Where a result is looked at. */
export const Stage = () => {
  const { state } = useSession()
  const job = state.openedId === null ? undefined : state.jobs[state.openedId]
  return (
    <section class="card stage" aria-labelledby="stage-title">
      {job === undefined ? <EmptyStage /> : <Result key={job.id} job={job} />}
    </section>
  )
}

const EmptyStage = () => (
  <>
    <h2 id="stage-title">Result</h2>
    <div class="empty-stage checkers">
      <div class="empty-words">
        <PictureIcon />
        <p>Your cut-out appears here, beside the photo it came from.</p>
      </div>
    </div>
  </>
)

const Result = ({ job }: { readonly job: Job }) => {
  const { state } = useSession()
  const picture = usePicture(job)
  return (
    <>
      <div class="stage-head">
        <h2 id="stage-title" tabIndex={-1}>
          {jobTitle(job)}
        </h2>
        {picture.state === 'READY' && (
          <a class="button primary" href={picture.source} download={fileNameFor(job)}>
            <DownloadIcon />
            Download
          </a>
        )}
      </div>
      {picture.state === 'READY' && (
        <Compare result={picture.source} original={state.originals[job.id] ?? null} title={jobTitle(job)} />
      )}
      {picture.state === 'LOADING' && <div class="empty-stage checkers" aria-busy="true" />}
      {picture.state === 'MISSING' && (
        <div class="empty-stage checkers">
          <p class="empty-words">{picture.reason}</p>
        </div>
      )}
    </>
  )
}

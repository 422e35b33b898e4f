import { useEffect, useRef, useState } from 'preact/hooks'
import { type Job, isFinal } from '../wire/operations.ts'
import { wordsForJob } from '../words/errors.ts'
import { creditsLabel, jobTitle, statusLabel, timeLabel } from '../words/labels.ts'
import { BinIcon, PictureIcon } from './icons.tsx'
import { useSession } from './session-context.ts'
import { usePicture } from './use-picture.ts'

interface JobCardProps {
  readonly job: Job
  readonly onDelete: () => void
}

/** A job in the list. */
export const JobCard = ({ job, onDelete }: JobCardProps) => {
  const { state, actions } = useSession()
  const canOpen = job.status === 'COMPLETE' && !job.deleted
  const open = (): void => {
    actions.open(job.id)
    const title = document.getElementById('stage-title')
    title?.scrollIntoView({ block: 'center' })
    title?.focus({ preventScroll: true })
  }
  return (
    <li class={state.openedId === job.id ? 'job opened' : 'job'}>
      <Thumbnail job={job} />
      <div class="job-words">
        <p class="job-title">
          {canOpen ? (
            <button type="button" class="cover" onClick={open}>
              {jobTitle(job)}
            </button>
          ) : (
            jobTitle(job)
          )}
        </p>
        <p class="job-facts">
          <span class={`badge ${toneOf(job)}`}>{statusLabel(job)}</span>
          <span>{creditsLabel(job)}</span>
          <time dateTime={job.createdAt}>{timeLabel(job.createdAt)}</time>
        </p>
        {job.status === 'ERROR' && <p class="hint">{wordsForJob(job).what}</p>}
      </div>
      {canOpen && (
        <button type="button" class="icon-button delete" aria-label={`Delete ${jobTitle(job)}`} onClick={onDelete}>
          <BinIcon />
        </button>
      )}
    </li>
  )
}

const Thumbnail = ({ job }: { readonly job: Job }) => {
  const frame = useRef<HTMLDivElement>(null)
  const [isNear, setIsNear] = useState(false)
  useEffect(() => {
    if (frame.current === null) return undefined
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setIsNear(true)
      },
      { rootMargin: '200px' },
    )
    watch.observe(frame.current)
    return () => watch.disconnect()
  }, [])
  const picture = usePicture(job, isNear)
  return (
    <div ref={frame} class={picture.state === 'READY' ? 'thumbnail checkers' : 'thumbnail'}>
      {picture.state === 'READY' && isNear ? (
        <img src={picture.source} alt="" loading="lazy" decoding="async" />
      ) : (
        <PictureIcon />
      )}
    </div>
  )
}

const toneOf = (job: Job): string => {
  if (job.deleted || job.status === 'CANCELED') return 'still'
  if (!isFinal(job)) return 'busy'
  return job.status === 'COMPLETE' ? 'good' : 'bad'
}

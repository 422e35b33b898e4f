import type { Failure } from '../wire/failure.ts'
import type { Job } from '../wire/operations.ts'
import { isFinal } from '../wire/operations.ts'
import type { Step, Task } from '../state/state.ts'
import { sizeLabel, statusLabel } from '../words/labels.ts'
import { wordsFor, wordsForJob } from '../words/errors.ts'
import { CrossIcon } from './icons.tsx'
import { Preview } from './preview.tsx'
import { useSession } from './session-context.ts'
import { Trouble } from './trouble.tsx'

/** The photos that were sent in this visit, each with how far it is. */
export const Tasks = () => {
  const { state } = useSession()
  if (state.tasks.length === 0) return null
  return (
    <div class="tasks">
      <h3>Sent in this visit</h3>
      <ul class="rows">
        {state.tasks.map((task) => (
          <TaskRow key={task.id} task={task} job={jobOf(task, state.jobs)} />
        ))}
      </ul>
    </div>
  )
}

interface TaskRowProps {
  readonly task: Task
  readonly job: Job | null
}

const TaskRow = ({ task, job }: TaskRowProps) => {
  const { actions } = useSession()
  const { step } = task
  const progress = progressOf(step, job)
  const hasEnded = step.at === 'FAILED' || (job !== null && isFinal(job))
  return (
    <li class="task">
      <div class="row">
        <Preview source={task.photo?.kind === 'FILE' ? task.photo.preview : null} />
        <div class="row-words">
          <span class="row-title">{task.title}</span>
          <span class={`state ${progress.tone}`}>{progress.words}</span>
        </div>
        {job?.status === 'COMPLETE' && !job.deleted && (
          <button type="button" class="small" onClick={() => actions.open(job.id)}>
            Show
            <span class="unseen"> {task.title}</span>
          </button>
        )}
        {hasEnded && (
          <button
            type="button"
            class="icon-button"
            aria-label={`Take ${task.title} off this list`}
            onClick={() => actions.dismiss(task.id)}
          >
            <CrossIcon />
          </button>
        )}
      </div>
      <div class={`track ${progress.tone}`} aria-hidden="true">
        <div class="track-fill" style={{ inlineSize: `${progress.percent}%` }} />
      </div>
      {step.at === 'FAILED' && (
        <Trouble
          words={wordsFor(step.failure)}
          retry={
            canRetry(task, step.failure) ? { label: retryLabel(step.failure), run: () => actions.retry(task.id) } : null
          }
        />
      )}
      {job?.status === 'ERROR' && <Trouble words={wordsForJob(job)} retry={null} />}
    </li>
  )
}

const canRetry = ({ made, photo, imageFilePath }: Task, { code }: Failure): boolean =>
  made !== null || (code !== 'KEY_CHANGED' && (photo !== null || imageFilePath !== null))

const retryLabel = ({ code }: Failure): string =>
  code === 'SUBMISSION_UNKNOWN' || code === 'JOB_UNREADABLE' ? 'Look again' : 'Try again'

const jobOf = ({ step }: Task, jobs: Readonly<Record<string, Job>>): Job | null =>
  step.at === 'MADE' ? (jobs[step.jobId] ?? null) : null

interface Progress {
  readonly words: string
  readonly percent: number
  readonly tone: 'busy' | 'good' | 'bad' | 'still'
}

/** The first third is the upload; what Magic Hour does takes the rest, in leaps, because it tells no more than its states. */
const progressOf = (step: Step, job: Job | null): Progress => {
  switch (step.at) {
    case 'WAITING':
      return { words: 'Waiting for its turn', percent: 2, tone: 'still' }
    case 'UPLOADING': {
      const { sentBytes, totalBytes } = step
      const part = totalBytes === 0 ? 0 : sentBytes / totalBytes
      const words = `Uploading, ${Math.round(part * 100)} % of ${sizeLabel(totalBytes)}`
      return { words, percent: 3 + 30 * part, tone: 'busy' }
    }
    case 'SUBMITTING':
      return { words: 'Asking for the job', percent: 36, tone: 'busy' }
    case 'NEEDS_KEY':
      return { words: 'Waits for a key', percent: 0, tone: 'still' }
    case 'FAILED':
      return { words: 'Failed', percent: 100, tone: 'bad' }
    case 'MADE':
      return job === null ? { words: 'Made', percent: 40, tone: 'busy' } : jobProgress(job)
    default:
      return step satisfies never
  }
}

const jobProgress = (job: Job): Progress => {
  const words = statusLabel(job)
  switch (job.status) {
    case 'DRAFT':
    case 'QUEUED':
      return { words, percent: 45, tone: 'busy' }
    case 'RENDERING':
      return { words, percent: 75, tone: 'busy' }
    case 'COMPLETE':
      return { words, percent: 100, tone: 'good' }
    case 'ERROR':
    case 'CANCELED':
      return { words, percent: 100, tone: 'bad' }
    default:
      return job.status satisfies never
  }
}

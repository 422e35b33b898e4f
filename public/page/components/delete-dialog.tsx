import { useEffect, useRef, useState } from 'preact/hooks'
import type { Failure } from '../wire/failure.ts'
import type { Job } from '../wire/operations.ts'
import { wordsFor } from '../words/errors.ts'
import { jobTitle, plural } from '../words/labels.ts'
import { useSession } from './session-context.ts'
import { Trouble } from './trouble.tsx'

interface DeleteDialogProps {
  readonly job: Job
  readonly onClose: () => void
}

/** Asks before an image is deleted for good. */
export const DeleteDialog = ({ job, onClose }: DeleteDialogProps) => {
  const { actions } = useSession()
  const dialog = useRef<HTMLDialogElement>(null)
  const [isBusy, setIsBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const close = (): void => dialog.current?.close()
  const remove = async (): Promise<void> => {
    setIsBusy(true)
    const problem = await actions.deleteJob(job.id)
    setIsBusy(false)
    setFailure(problem)
    if (problem === null) close()
  }
  return (
    <dialog ref={dialog} aria-labelledby="delete-title" onClose={onClose}>
      <h2 id="delete-title">
        Delete «<bdi>{jobTitle(job)}</bdi>»?
      </h2>
      <p>
        Magic Hour deletes the image for good. The {plural(job.creditsCharged, 'credit')} stay spent, and the job stays
        in the list, as deleted.
      </p>
      {failure !== null && <Trouble words={wordsFor(failure)} retry={null} />}
      <p class="dialog-buttons">
        <button type="button" onClick={close}>
          {/* What has left may be done already: nothing is promised any more. */}
          {isBusy || failure !== null ? 'Close' : 'Keep it'}
        </button>
        <button type="button" class="danger" disabled={isBusy} onClick={() => void remove()}>
          Delete for good
        </button>
      </p>
    </dialog>
  )
}

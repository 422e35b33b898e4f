import { useState } from 'preact/hooks'
import { type Sent, mostSteps } from '../snippets/sent.ts'
import { SentStep } from './sent-step.tsx'
import { useSession } from './session-context.ts'

/** What the page has sent, step by step: that is how one learns the API. */
export const SentSteps = () => {
  const { sent } = useSession().state
  const [chosen, setChosen] = useState<number | null>(null)
  const shown = sent.find(({ id }) => id === chosen) ?? sent.findLast(isTelling) ?? sent.at(-1)
  return (
    <section class="sent" aria-labelledby="sent-title">
      <div class="section-head">
        <div>
          <h2 id="sent-title">What was sent</h2>
          <p class="lede">
            The latest {mostSteps} requests of this page, ready to copy. Keys are left out, upload tickets and signed
            addresses shortened; a job that is sent again under its idempotency key is the same job, and is paid once.
          </p>
        </div>
      </div>
      {shown === undefined ? (
        <p class="none">Nothing yet.</p>
      ) : (
        <div class="card sent-panes">
          <ol class="steps" aria-label="Requests, in order">
            {sent.map((step) => (
              <li key={step.id}>
                <button
                  type="button"
                  class="step"
                  aria-current={step === shown ? 'step' : undefined}
                  onClick={() => setChosen(step.id)}
                >
                  <span class={`kind ${kindOf(step)}`}>{kindOf(step)}</span>
                  <span class="step-title">{titleOf(step)}</span>
                  {step.count > 1 && <span class="times">×{step.count}</span>}
                </button>
              </li>
            ))}
          </ol>
          <SentStep sent={shown} />
        </div>
      )}
    </section>
  )
}

/** The step that somebody would look for, as long as they have chosen none. */
const isTelling = (sent: Sent): boolean =>
  sent.step === 'OPERATION' && sent.operation.query.includes('removeBackground(')

const kindOf = (sent: Sent): string => (sent.step === 'PUT' ? 'PUT' : sent.operation.kind)

const titleOf = (sent: Sent): string => (sent.step === 'PUT' ? `Upload ${sent.fileName}` : sent.operation.title)

import { useEffect, useRef, useState } from 'preact/hooks'
import { isKey } from '../work/key.ts'
import { useSession } from './session-context.ts'

/** Asks for a key, when the server wants one. */
export const KeyForm = ({ reason }: { readonly reason: string }) => {
  const { actions, state } = useSession()
  const field = useRef<HTMLInputElement>(null)
  const [isTyped, setIsTyped] = useState(true)
  useEffect(() => field.current?.focus(), [])
  const use = (event: Event): void => {
    event.preventDefault()
    const key = field.current?.value.trim() ?? ''
    if (key === '') return
    setIsTyped(isKey(key))
    if (isKey(key)) actions.useKey(key)
  }
  return (
    <section class="card key-form" aria-labelledby="key-title">
      <h2 id="key-title">A key is needed</h2>
      <p role="alert">{reason}</p>
      <form onSubmit={use}>
        <label for="key">{state.hasKey ? 'Another key' : 'Key'}</label>
        <div class="field-row">
          <input
            id="key"
            ref={field}
            type="password"
            autoComplete="off"
            spellcheck={false}
            required
            aria-invalid={!isTyped}
            aria-describedby="key-help"
          />
          <button type="submit" class="primary">
            Use the key
          </button>
        </div>
        {!isTyped && (
          <p class="problem" role="alert">
            That is no key: a key is made of Latin letters, digits and signs, without spaces. It was not sent.
          </p>
        )}
        <p id="key-help" class="hint">
          Your Magic Hour key, or one that whoever runs this server gave you. It is kept in this tab alone, until you
          close the tab or forget the key, and is sent to this server alone.
        </p>
      </form>
    </section>
  )
}

import { useRef } from 'preact/hooks'
import { creditsAnImage, plural } from '../words/labels.ts'
import { AddressForm } from './address-form.tsx'
import { BackgroundField } from './background-field.tsx'
import { Chosen } from './chosen.tsx'
import { DropZone } from './drop-zone.tsx'
import { useSession } from './session-context.ts'
import { Tasks } from './tasks.tsx'

/** Where photos are chosen and sent. */
export const Compose = () => {
  const { state, actions } = useSession()
  const name = useRef<HTMLInputElement>(null)
  const count = state.chosen.length
  const start = (event: Event): void => {
    event.preventDefault()
    const given = name.current?.value.trim() ?? ''
    actions.start(given === '' ? null : given)
    if (name.current !== null) name.current.value = ''
  }
  return (
    <section class="card compose" aria-labelledby="compose-title">
      <h2 id="compose-title">Photos</h2>
      <DropZone />
      {state.refused.length > 0 && (
        <ul class="problems" role="alert">
          {state.refused.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <Chosen />
      <AddressForm />
      <form class="options" onSubmit={start}>
        <BackgroundField />
        <div class="field">
          <label for="name">
            Name <span class="optional">optional</span>
          </label>
          <input id="name" ref={name} type="text" maxLength={240} autoComplete="off" aria-describedby="name-help" />
          <p id="name-help" class="hint">
            Left empty, it is the file’s name with a short mark, by which the job is found even if its answer is lost.
          </p>
        </div>
        <button type="submit" class="primary wide" disabled={count === 0}>
          {count < 2 ? 'Remove the background' : `Remove ${count} backgrounds`}
        </button>
        <p class="cost">{costWords(count, state.isSandbox)}</p>
      </form>
      <Tasks />
    </section>
  )
}

const costWords = (count: number, isSandbox: boolean): string => {
  if (isSandbox) return 'In the sandbox it costs play credits only.'
  return count < 2
    ? `It costs ${creditsAnImage} credits.`
    : `It costs ${plural(count * creditsAnImage, 'credit')}: ${creditsAnImage} an image.`
}

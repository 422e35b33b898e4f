import { useRef, useState } from 'preact/hooks'
import { useSession } from './session-context.ts'

/** Takes the address of an image in place of a file. */
export const AddressForm = () => {
  const { actions } = useSession()
  const field = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const add = (event: Event): void => {
    event.preventDefault()
    const input = field.current
    if (input === null) return
    const isAddress = actions.choose.addAddress(input.value)
    setProblem(isAddress ? null : 'That is no http(s) address.')
    if (isAddress) input.value = ''
    else input.focus()
  }
  return (
    <details class="address">
      <summary>By the address of an image</summary>
      <form class="field" onSubmit={add} noValidate>
        <label for="address">Address</label>
        <div class="field-row">
          <input
            id="address"
            ref={field}
            type="url"
            placeholder="https://"
            aria-invalid={problem !== null}
            aria-describedby="address-help"
          />
          <button type="submit">Add</button>
        </div>
        {problem !== null && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <p id="address-help" class="hint">
          A public address that ends in an image extension, or a link into your Magic Hour library, for example
          https://magichour.ai/my-library?imageId=mug
        </p>
      </form>
    </details>
  )
}

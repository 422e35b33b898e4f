import { CrossIcon } from './icons.tsx'
import { accepted } from './drop-zone.tsx'
import { Preview } from './preview.tsx'
import { useSession } from './session-context.ts'

/** Takes an image to put behind the subject. */
export const BackgroundField = () => {
  const { state, actions } = useSession()
  const { background } = state
  const pick = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    actions.choose.setBackground(currentTarget.files?.[0] ?? null)
    currentTarget.value = ''
  }
  return (
    <div class="field">
      <p class="label" id="background-label">
        Background <span class="optional">optional</span>
      </p>
      <div class="row background">
        <Preview source={background?.preview ?? null} />
        <p class="row-words">
          <span class="row-title">{background?.file.name ?? 'Transparent'}</span>
        </p>
        {background !== null && (
          <button
            type="button"
            class="icon-button"
            aria-label="Leave out the background"
            onClick={() => actions.choose.setBackground(null)}
          >
            <CrossIcon />
          </button>
        )}
        <input id="background" class="unseen" type="file" accept={accepted} onChange={pick} />
        <label class="button small" for="background">
          <span class="unseen">Background image: </span>
          Choose
        </label>
      </div>
    </div>
  )
}

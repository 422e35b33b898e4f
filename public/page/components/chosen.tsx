import { photoTitle, sizeLabel } from '../words/labels.ts'
import { CrossIcon } from './icons.tsx'
import { Preview } from './preview.tsx'
import { useSession } from './session-context.ts'

/** What was chosen and not sent yet. */
export const Chosen = () => {
  const { state, actions } = useSession()
  if (state.chosen.length === 0) return null
  return (
    <ul class="rows" aria-label="Chosen photos">
      {state.chosen.map((photo) => (
        <li key={photo.id} class="row">
          <Preview source={photo.kind === 'FILE' ? photo.preview : null} />
          <p class="row-words">
            <span class="row-title">{photoTitle(photo)}</span>
            <span class="hint">{photo.kind === 'FILE' ? sizeLabel(photo.file.size) : 'Magic Hour fetches it'}</span>
          </p>
          <button
            type="button"
            class="icon-button"
            aria-label={`Leave out ${photoTitle(photo)}`}
            onClick={() => actions.choose.remove(photo.id)}
          >
            <CrossIcon />
          </button>
        </li>
      ))}
    </ul>
  )
}

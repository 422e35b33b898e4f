import { useState } from 'preact/hooks'
import { extensions } from '../work/extension.ts'
import { PictureIcon } from './icons.tsx'
import { Samples } from './samples.tsx'
import { useSession } from './session-context.ts'

/** What a file picker offers. */
export const accepted = extensions.map((extension) => `.${extension}`).join(',')

/** Takes photos that are dropped or picked. */
export const DropZone = () => {
  const { actions } = useSession()
  const [isOver, setIsOver] = useState(false)
  const over = (event: DragEvent): void => {
    event.preventDefault()
    setIsOver(true)
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setIsOver(false)
    actions.choose.add([...(event.dataTransfer?.files ?? [])])
  }
  const pick = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    actions.choose.add([...(currentTarget.files ?? [])])
    // The same file can be picked again.
    currentTarget.value = ''
  }
  return (
    <div
      class={isOver ? 'drop over' : 'drop'}
      data-testid="drop"
      onDragOver={over}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <PictureIcon />
      <p class="drop-words">Drop photos here</p>
      <p class="drop-pick">
        <input
          id="photos"
          class="unseen"
          type="file"
          multiple
          accept={accepted}
          aria-describedby="photos-help"
          onChange={pick}
        />
        <label class="button" for="photos">
          Choose photos
        </label>
      </p>
      <p id="photos-help" class="hint">
        PNG, JPEG, WebP, AVIF, HEIC, TIFF, JPEG 2000, BMP. Up to 200 MB each.
      </p>
      <Samples />
    </div>
  )
}

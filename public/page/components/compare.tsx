import { useEffect, useState } from 'preact/hooks'

interface CompareProps {
  /** Addresses of pictures. */
  readonly result: string
  /** null: the photo is not at hand, as for a job of an earlier visit. */
  readonly original: string | null
  readonly title: string
}

const grounds = [
  ['checkers', 'Checkerboard'],
  ['white', 'White'],
  ['black', 'Black'],
  ['accent', 'Colour'],
] as const

type Ground = (typeof grounds)[number][0]

/** A result beside the photo it came from, with a slider between them, on the ground of one's choice. */
export const Compare = ({ result, original, title }: CompareProps) => {
  const [percent, setPercent] = useState(50)
  const [ground, setGround] = useState<Ground>('checkers')
  const [isDrawn, setIsDrawn] = useState(true)
  const [isBroken, setIsBroken] = useState(false)
  useEffect(() => setIsDrawn(true), [original])
  const before = isDrawn ? original : null
  return (
    <div class="compare">
      <div class="table">
        <div class={`frame ${ground}`} style={{ '--split': `${percent}%` }}>
          <img class="after" src={result} alt={`The cut-out of ${title}`} onError={() => setIsBroken(true)} />
          {before !== null && (
            <>
              <img class="before" src={before} alt={`The photo of ${title}`} onError={() => setIsDrawn(false)} />
              <span class="tag tag-before" aria-hidden="true">
                Photo
              </span>
              <span class="tag tag-after" aria-hidden="true">
                Cut-out
              </span>
              <input
                class="split"
                type="range"
                min="0"
                max="100"
                value={percent}
                aria-label="How much of the photo is shown"
                aria-valuetext={`${percent} % photo, ${100 - percent} % cut-out`}
                onInput={({ currentTarget }) => setPercent(currentTarget.valueAsNumber)}
              />
              <span class="handle" aria-hidden="true" />
            </>
          )}
        </div>
      </div>
      {isBroken && (
        <p class="problem" role="alert">
          The image cannot be fetched at this moment. Open the job again in a little while.
        </p>
      )}
      <div class="compare-foot">
        <Grounds ground={ground} onChoose={setGround} />
        {before === null && <p class="hint">{isDrawn ? noPhoto : cannotDraw}</p>}
      </div>
    </div>
  )
}

interface GroundsProps {
  readonly ground: Ground
  readonly onChoose: (ground: Ground) => void
}

const Grounds = ({ ground, onChoose }: GroundsProps) => (
  <fieldset class="grounds">
    <legend class="unseen">Shown on</legend>
    {grounds.map(([value, words]) => (
      <label key={value} class="ground">
        <input type="radio" name="ground" value={value} checked={ground === value} onChange={() => onChoose(value)} />
        <span class={`swatch ${value}`} aria-hidden="true" />
        {words}
      </label>
    ))}
  </fieldset>
)

const noPhoto = 'The photo it came from is not at hand, so that only the result is shown.'
const cannotDraw = 'This browser cannot draw the photo’s format, so that only the result is shown.'

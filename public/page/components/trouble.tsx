import type { Words } from '../words/errors.ts'

interface TroubleProps {
  readonly words: Words
  readonly retry: { readonly label: string; readonly run: () => void } | null
}

/** What went wrong, what it cost, and what to do. */
export const Trouble = ({ words, retry }: TroubleProps) => (
  <div class="trouble" role="alert">
    <p>
      <b>{words.what}</b> {words.charged}
    </p>
    <p>{words.advice}</p>
    {retry !== null && (
      <button type="button" class="small" onClick={retry.run}>
        {retry.label}
      </button>
    )}
  </div>
)

import { useRef, useState } from 'preact/hooks'
import type { Sent } from '../snippets/sent.ts'
import { type Format, formats, snippetOf } from '../snippets/snippets.ts'
import { copy } from './copy.ts'
import { CopyIcon } from './icons.tsx'
import { useSession } from './session-context.ts'

/** One request in three forms, as tabs. */
export const SentStep = ({ sent }: { readonly sent: Sent }) => {
  const { state, actions } = useSession()
  const [format, setFormat] = useState<Format>('GraphQL')
  const code = useRef<HTMLElement>(null)
  const tabs = useRef<HTMLDivElement>(null)
  const text = snippetOf(sent, format, { origin: location.origin, hasKey: state.hasKey })
  const move = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const next = (formats.indexOf(format) + by + formats.length) % formats.length
    setFormat(formats[next] ?? format)
    tabs.current?.querySelectorAll('button')[next]?.focus()
  }
  const copyText = async (): Promise<void> => {
    const isCopied = await copy(text, code.current)
    actions.store.set({ announcement: isCopied ? 'Copied.' : 'It could not be copied: the text is selected.' })
  }
  return (
    <div class="snippet">
      <div class="snippet-head">
        <div class="tabs" role="tablist" aria-label="Form" ref={tabs} onKeyDown={move}>
          {formats.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={name === format}
              aria-controls="snippet-panel"
              tabIndex={name === format ? 0 : -1}
              onClick={() => setFormat(name)}
            >
              {name}
            </button>
          ))}
        </div>
        <button type="button" class="small" onClick={() => void copyText()}>
          <CopyIcon />
          Copy
        </button>
      </div>
      <pre id="snippet-panel" role="tabpanel" aria-labelledby={`tab-${format}`} tabIndex={0}>
        <code ref={code}>{text}</code>
      </pre>
    </div>
  )
}

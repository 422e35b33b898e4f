import { useEffect, useRef } from 'preact/hooks'
import type { ListFilter } from '../state/state.ts'
import { useSession } from './session-context.ts'

const choices: readonly (readonly [status: ListFilter['status'], words: string])[] = [
  ['', 'All'],
  ['RUNNING', 'In progress'],
  ['COMPLETE', 'Done'],
  ['ERROR', 'Failed'],
  ['CANCELED', 'Canceled'],
]

/** Long enough that not each letter is a request. */
const typingMs = 250

/** Which jobs the list shows. */
export const JobFilters = () => {
  const { state, actions } = useSession()
  const { filter } = state.list
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const search = (name: string): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      void actions.list.filter({ ...actions.store.get().list.filter, name: name.trim() })
    }, typingMs)
  }
  return (
    <search class="filters">
      <label class="unseen" for="filter-name">
        Name contains
      </label>
      <input
        id="filter-name"
        type="search"
        placeholder="Name contains …"
        autoComplete="off"
        onInput={({ currentTarget }) => search(currentTarget.value)}
      />
      <label class="unseen" for="filter-status">
        Status
      </label>
      <select
        id="filter-status"
        value={filter.status}
        onChange={({ currentTarget }) => {
          const status = choices.find(([value]) => value === currentTarget.value)?.[0] ?? ''
          void actions.list.filter({ ...filter, status })
        }}
      >
        {choices.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </search>
  )
}

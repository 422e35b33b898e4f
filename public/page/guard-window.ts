import type { State } from './state/state.ts'
import type { Store } from './state/store.ts'

/** Keeps the page from being left by accident: a photo that has not been uploaded yet would be gone with it. */
export const guardWindow = (store: Store<State>): void => {
  addEventListener('beforeunload', (event) => {
    if (store.get().tasks.some(({ step }) => step.at === 'WAITING' || step.at === 'UPLOADING')) event.preventDefault()
  })
  // A file that is dropped beside its place would be opened instead of the page.
  for (const name of ['dragover', 'drop'] as const)
    addEventListener(name, (event) => {
      if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault()
    })
}

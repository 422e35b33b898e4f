import { extensionOf, extensions } from '../work/extension.ts'
import { randomId } from '../work/key.ts'
import type { Session } from './session.ts'
import type { Photo } from './state.ts'

/** Choosing what is to be sent. Nothing leaves the page by it. */
export interface ChooseActions {
  /** Adds files; what Magic Hour does not take is said in words. */
  add(files: readonly File[]): void
  /** Adds an image by its address. Whether it could be one. */
  addAddress(address: string): boolean
  /** Says in words why nothing was chosen. */
  refuse(problem: string): void
  remove(id: string): void
  /** null: no background. */
  setBackground(file: File | null): void
}

/** Makes the actions. */
export const createChoose = ({ store, announce }: Session): ChooseActions => ({
  add: (files) => {
    const refused = files.flatMap((file) => problemOf(file) ?? [])
    const photos = files.filter((file) => problemOf(file) === null).map(filePhoto)
    const chosen = [...store.get().chosen, ...photos]
    store.set({ chosen, refused })
    announce([`${chosen.length} chosen.`, ...refused].join(' '))
  },
  addAddress: (text) => {
    const address = text.trim()
    if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) return false
    const photo: Photo = { id: randomId(), kind: 'ADDRESS', address }
    store.set({ chosen: [...store.get().chosen, photo], refused: [] })
    announce(`${store.get().chosen.length} chosen.`)
    return true
  },
  refuse: (problem) => store.set({ refused: [problem] }),
  remove: (id) => {
    const { chosen } = store.get()
    const gone = chosen.find((photo) => photo.id === id)
    if (gone?.kind === 'FILE') URL.revokeObjectURL(gone.preview)
    store.set({ chosen: chosen.filter((photo) => photo !== gone) })
  },
  setBackground: (file) => {
    const { background } = store.get()
    if (background !== null) URL.revokeObjectURL(background.preview)
    const problem = file === null ? null : problemOf(file)
    const taken = file === null || problem !== null ? null : { file, preview: URL.createObjectURL(file) }
    store.set({ background: taken, refused: problem === null ? [] : [problem] })
  },
})

const filePhoto = (file: File): Photo => ({
  id: randomId(),
  kind: 'FILE',
  file,
  preview: URL.createObjectURL(file),
})

/** In words; null: it can be sent. */
const problemOf = (file: File): string | null => {
  if (extensionOf(file.name) === null)
    return `«${file.name}» is none of the formats that Magic Hour takes: ${extensions.join(', ')}. Nothing was sent.`
  return file.size === 0 ? `«${file.name}» is empty. Nothing was sent.` : null
}

import { stemOf } from '../work/extension.ts'
import { photoTitle } from '../words/labels.ts'
import { randomId } from '../work/key.ts'
import type { Photo, Task } from './state.ts'

/** A task for a photo, with an idempotency key of its own, and a name of its own where none is given. */
export const newTask = (
  photo: Photo,
  { name, background }: { readonly name: string | null; readonly background: File | null },
): Task => {
  const id = randomId()
  return {
    id,
    title: name ?? photoTitle(photo),
    // A name that no other job has leads to the job when its answer is lost. Magic Hour's limit is 255.
    name: name ?? `${stemOf(photoTitle(photo)).slice(-200)} ${id.slice(0, 6)}`.trim(),
    photo,
    background,
    imageFilePath: null,
    backgroundImageFilePath: null,
    sentUnder: null,
    made: null,
    step: { at: 'WAITING' },
  }
}

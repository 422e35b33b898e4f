import { UnreadableImage, cutOut } from './cut-out.ts'
import { RenderFailure } from './failures.ts'
import type { ImageInput } from './image-input.ts'
import { libraryImageIds, readLibraryImage } from './library.ts'
import type { RenderQueue } from './render-queue.ts'
import type { Storage } from './storage.ts'

/** What the work on a project came to. */
export type Outcome =
  | { readonly status: 'complete' }
  | { readonly status: 'error'; readonly code: string; readonly message: string }
  | { readonly status: 'canceled' }

/** The work: cut the subject out of one image, and put it on another one if there is one. */
export interface RenderJob {
  readonly image: ImageInput
  readonly background: ImageInput | null
  /** Where in the storage the PNG goes. */
  readonly outputPath: string
}

/** Does the work. Never rejects: what goes wrong is an outcome. */
export type Render = (job: RenderJob) => Promise<Outcome>

/** A renderer that reads inputs from the storage or, by `fetchUrl`, from the web. */
export const createRenderer =
  (needs: { storage: Storage; queue: RenderQueue; fetchUrl: (url: URL) => Promise<Buffer> }): Render =>
  (job) =>
    needs.queue.run(async () => {
      try {
        const photo = await loadInput(job.image, needs)
        const background = job.background === null ? undefined : await loadInput(job.background, needs)
        await needs.storage.write(job.outputPath, await cutOut(photo, background))
        return { status: 'complete' }
      } catch (error) {
        return asOutcome(error)
      }
    })

const loadInput = async (
  input: ImageInput,
  { storage, fetchUrl }: { storage: Storage; fetchUrl: (url: URL) => Promise<Buffer> },
): Promise<Buffer> => {
  switch (input.from) {
    case 'url':
      return await fetchUrl(input.url)
    case 'library': {
      const picture = await readLibraryImage(input.imageId)
      if (picture !== null) return picture
      const message = `The sandbox's library has no such image. It has ${libraryImageIds.join(', ')}.`
      throw new RenderFailure('invalid_parameters', message)
    }
    case 'upload': {
      const content = await storage.read(input.path)
      if (content !== null) return content
      const message = `Nothing was uploaded as ${input.path}, or its 7 days are over: PUT the file before using its path.`
      throw new RenderFailure('invalid_parameters', message)
    }
    default:
      return input satisfies never
  }
}

const asOutcome = (error: unknown): Outcome => {
  if (error instanceof RenderFailure) return { status: 'error', code: error.code, message: error.message }
  if (error instanceof UnreadableImage) {
    return { status: 'error', code: 'invalid_file_format', message: 'The sandbox cannot read the file as an image.' }
  }
  return { status: 'error', code: 'unknown_error', message: 'The sandbox failed. That is a fault of its own.' }
}

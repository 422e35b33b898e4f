import { useMutation } from 'urql'
import { createUpload } from './documents'

/** The photo was not taken; the message says why. */
export class UploadRefused extends Error {}

/** Brings a photo to Magic Hour's storage through the gateway. Resolves to the path that `removeBackground` takes. */
export const useUpload = (): ((photo: File) => Promise<string>) => {
  const [, create] = useMutation(createUpload)
  return async (photo) => {
    const extension = photo.name.split('.').at(-1) ?? ''
    const { data, error } = await create({ extension, sizeBytes: photo.size })
    if (error !== undefined) throw error
    const ticket = data?.createUploads?.[0]
    if (ticket === undefined) throw new UploadRefused('There is no place to upload to.')
    const answer = await fetch(ticket.uploadUrl, { method: 'PUT', body: photo })
    if (!answer.ok) throw new UploadRefused(`The photo was not taken: ${await answer.text()}`)
    return ticket.filePath
  }
}

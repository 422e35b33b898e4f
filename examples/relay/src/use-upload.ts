import { graphql } from 'react-relay'
import type { useUploadMutation } from './__generated__/useUploadMutation.graphql'
import { usePromisedMutation } from './use-promised-mutation'

/** The photo was not taken; the message says why. */
export class UploadRefused extends Error {}

/** Brings a photo to Magic Hour's storage through the gateway. Resolves to the path that `removeBackground` takes. */
export const useUpload = (): ((photo: File) => Promise<string>) => {
  const create = usePromisedMutation<useUploadMutation>(mutation)
  return async (photo) => {
    const extension = photo.name.split('.').at(-1) ?? ''
    const { createUploads } = await create({ extension, sizeBytes: photo.size })
    const ticket = createUploads?.[0]
    if (ticket === undefined) throw new UploadRefused('There is no place to upload to.')
    const answer = await fetch(ticket.uploadUrl, { method: 'PUT', body: photo })
    if (!answer.ok) throw new UploadRefused(`The photo was not taken: ${await answer.text()}`)
    return ticket.filePath
  }
}

const mutation = graphql`
  mutation useUploadMutation($extension: String!, $sizeBytes: Float!) {
    createUploads(files: [{ extension: $extension, sizeBytes: $sizeBytes }], via: RELAY) {
      filePath
      uploadUrl
    }
  }
`

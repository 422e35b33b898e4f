import { useEffect, useState } from 'preact/hooks'
import { onThisOrigin } from '../wire/address.ts'
import type { Job } from '../wire/operations.ts'
import { useSession } from './session-context.ts'

/** A job's result as something that an <img> can show. */
export type Picture =
  | { readonly state: 'LOADING' }
  | { readonly state: 'READY'; readonly source: string }
  | { readonly state: 'MISSING'; readonly reason: string }

/**
 * The picture of a job. Where callers bring a key, an <img> cannot show it to the server: then the picture is fetched, and kept
 * in memory as long as it is shown.
 *
 * @param isWanted false: nothing is fetched yet
 */
export const usePicture = (job: Job, isWanted = true): Picture => {
  const { state, actions } = useSession()
  const link = job.deleted ? null : (job.downloads?.[0]?.permanentUrl ?? null)
  const [fetched, setFetched] = useState<Picture>({ state: 'LOADING' })
  useEffect(() => {
    if (link === null || !state.hasKey || !isWanted) return undefined
    return fetchPicture(onThisOrigin(link, ['inline']), actions.authorization() ?? '', setFetched)
  }, [link, state.hasKey, isWanted])
  if (link === null) return { state: 'MISSING', reason: job.deleted ? 'The image was deleted.' : 'There is no image.' }
  return state.hasKey ? fetched : { state: 'READY', source: onThisOrigin(link, ['inline']) }
}

const fetchPicture = (address: string, authorization: string, show: (picture: Picture) => void): (() => void) => {
  const leave = new AbortController()
  let source: string | null = null
  const load = async (): Promise<void> => {
    const response = await fetch(address, { headers: { authorization }, signal: leave.signal })
    if (!response.ok) return show({ state: 'MISSING', reason: 'The image cannot be fetched at this moment.' })
    source = URL.createObjectURL(await response.blob())
    return show({ state: 'READY', source })
  }
  load().catch(() => {
    if (!leave.signal.aborted) show({ state: 'MISSING', reason: 'The image cannot be fetched at this moment.' })
  })
  return () => {
    leave.abort()
    if (source !== null) URL.revokeObjectURL(source)
  }
}

import { randomUUID } from 'node:crypto'
import type { Board } from './board.ts'
import type { RemoveOptions } from './command-line.ts'
import type { Connection } from './connection.ts'
import { fingerprintOf } from './content-key.ts'
import type { Halt } from './halt.ts'
import { type ImageInput, checkUnchanged } from './image-input.ts'
import type { RemovalApi } from './operations.ts'
import type { Obtained, Removal } from './removal.ts'
import { createThrottle } from './throttle.ts'

/** What all photos of a run share. */
export interface Run
  extends Connection, Pick<Removal, 'again' | 'maxAttempts' | 'name' | 'runStartedAt' | 'shareBackground' | 'signal'> {
  readonly background: ImageInput | null
  /** Taken once: it stands for the one upload that all photos share, whatever becomes of the file. null: there is no background. */
  readonly backgroundFingerprint: () => Promise<string | null>
  readonly options: RemoveOptions
  readonly board: Board
  readonly halt: Halt
  /** The jobs that this run has come to, by what they are made from: photos that are the same share one. */
  readonly jobs: Map<string, Promise<Obtained>>
}

/** What a run is made from. */
export type RunParts = Pick<Run, 'background' | 'options' | 'board' | 'halt' | 'signal'>

/** A server that has answered before is waited for, about a minute; one that never did may be a wrong address. */
const attemptsOf = (hasAnswered: boolean): number => (hasAnswered ? 9 : 4)

/** Puts together what the photos of a run share. */
export const createRun = (parts: RunParts, connection: Connection): Run => {
  const { options, board, signal } = parts
  let hasAnswered = false
  const throttle = createThrottle({
    signal,
    onWait: (waitMs) =>
      board.note(`The server asks for less at a time: waiting ${Math.ceil(waitMs / 1_000)} s with all photos.`),
  })
  const send = async <T>(request: () => Promise<T>): Promise<T> => {
    const answer = await throttle.send(request)
    hasAnswered = true
    return answer
  }
  const { api } = connection
  const throttled: RemovalApi = {
    createUploads: (extensions, signalOfPhoto) => send(() => api.createUploads(extensions, signalOfPhoto)),
    removeBackground: (request) =>
      send(async () => {
        // What happened to others while it waited counts too.
        parts.halt.check()
        return api.removeBackground(request)
      }),
    job: (id, waitForSeconds, signalOfPhoto) => api.job(id, waitForSeconds, signalOfPhoto),
  }
  return {
    ...parts,
    ...connection,
    api: throttled,
    name: options.name,
    again: options.again ? randomUUID() : null,
    jobs: new Map(),
    runStartedAt: new Date(),
    maxAttempts: () => attemptsOf(hasAnswered),
    shareBackground: createShared(),
    backgroundFingerprint: createFingerprint(parts),
  }
}

const createFingerprint = ({ background, signal }: RunParts): Run['backgroundFingerprint'] => {
  const share = createShared()
  return async () => {
    if (background === null) return null
    const fingerprint = await share(() => fingerprintOf(background, signal))
    if (background.kind === 'file') await checkUnchanged(background)
    return fingerprint
  }
}

/** Does something once for all who ask, and again after it failed. */
const createShared = (): Run['shareBackground'] => {
  let shared: Promise<string> | null = null
  return (place) => {
    shared ??= place().catch((error: unknown) => {
      shared = null
      throw error
    })
    return shared
  }
}

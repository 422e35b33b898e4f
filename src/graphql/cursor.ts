import { z } from 'zod'
import type { JobCursor } from '../domain/ledger.ts'
import { projectIdProblem } from '../domain/project-id.ts'

const place = z.tuple([z.int().min(0).max(8.64e15), z.string().refine((id) => projectIdProblem(id) === null)])

/** A place in the list as an opaque text. */
export const encodeCursor = ({ createdAt, id }: JobCursor): string =>
  Buffer.from(JSON.stringify([createdAt.getTime(), id])).toString('base64url')

/** The place that a text stands for; null: it is none of ours. */
export const decodeCursor = (text: string): JobCursor | null => {
  const [createdAt, id] = place.safeParse(parsed(text)).data ?? []
  return createdAt === undefined || id === undefined ? null : { createdAt: new Date(createdAt), id }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

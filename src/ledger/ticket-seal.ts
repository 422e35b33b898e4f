import { z } from 'zod'
import type { TicketSeal } from '../domain/upload.ts'
import { createTextSeal } from './text-seal.ts'

const texts = createTextSeal('upload')

const ticket = z.object({
  uploadUrl: z.string(),
  extension: z.string(),
  sizeBytes: z.number(),
  tenant: z.string(),
  expiresAt: z.number().transform((ms) => new Date(ms)),
})

/** Seals the tickets of relayed uploads. They are in their links, and nowhere else. */
export const ticketSeal: TicketSeal = {
  seal: (apiKey, { expiresAt, ...rest }) =>
    texts.seal(apiKey, JSON.stringify({ ...rest, expiresAt: expiresAt.getTime() })),
  open: (apiKey, text) => {
    const opened = texts.open(apiKey, text)
    // One of another version of the program is none of ours: a new one is asked for.
    return opened === null ? null : (ticket.safeParse(JSON.parse(opened)).data ?? null)
  },
}

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
    return opened === null ? null : ticket.parse(JSON.parse(opened))
  },
}

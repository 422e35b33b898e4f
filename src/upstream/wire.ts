import { z } from 'zod'

/*
 * What Magic Hour's answers look like, read tolerantly: a field that is missing or odd becomes null, and only what makes an
 * answer useless refuses it (docs: api-reference; the sources disagree on what is required).
 */

// Not every database can hold a NUL.
const text = z
  .string()
  .transform((value) => value.replaceAll('\0', '\u{fffd}'))
  .nullish()
  .catch(null)
// Not `z.coerce`: it makes 0 of an empty text or list, and 0 credits is a statement.
const integer = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
])
// GraphQL's Int holds 32 bits: a larger number would take the whole job, and the id of what is paid, out of the answer.
const wholeNumber = integer.pipe(z.int32()).nullish().catch(null)
const instant = z
  .string()
  .transform((value) => new Date(value))
  .refine((value) => !Number.isNaN(value.getTime()))
const time = instant.nullish().catch(null)
const identifier = z.union([z.string().min(1), z.number().transform(String)])

/** `POST /v1/image-background-remover`. A 200 with an id is a paid job, whatever else is odd in it. */
export const createImageAnswer = z.object({ id: identifier, credits_charged: wholeNumber, frame_cost: wholeNumber })

/** A signed link. Another scheme would be none to fetch from or to lead a browser to. */
const link = z.url({ protocol: /^https?$/ })
const download = z.object({ url: link, expires_at: time })

/** `GET /v1/image-projects/{id}`, and the `payload` of an event. */
export const imageProject = z.object({
  id: identifier,
  name: text,
  status: text,
  type: text,
  image_count: wholeNumber,
  created_at: time,
  enabled: z.boolean().nullish().catch(null),
  credits_charged: wholeNumber,
  total_frame_cost: wholeNumber,
  downloads: z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((items) => (items ?? []).flatMap((item) => download.safeParse(item).data ?? [])),
  error: z.object({ code: text, message: text }).nullish().catch(null),
})

/** `POST /v1/files/upload-urls`. An item that lacks anything is useless to the one who uploads. */
export const uploadUrlsAnswer = z.object({
  items: z.array(z.object({ upload_url: link, expires_at: instant, file_path: z.string().min(1) })),
})

/** `GET /v1/account`. */
export const accountAnswer = z.object({ id: identifier, credits: integer, tier: text })

/** The body of an error: `{message}`, in newer versions `{code, message}`. A proxy in front may answer anything else. */
export const errorAnswer = z.object({ code: text, message: text })

/** Parses JSON that may be anything, also nothing. */
export const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/**
 * Finds the id in the text of a create's answer that is no valid JSON, for example because it was cut off. The id is the
 * only way back to what was paid.
 */
export const salvageId = (body: string): string | null =>
  /^\s*\{[^{}[\]]*?"id"\s*:\s*"([^"\\]{1,200})"/.exec(body)?.[1] ?? null

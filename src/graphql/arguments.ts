import { z } from 'zod'
import type { UploadsRequest } from '../domain/create-uploads.ts'
import { InvalidArgument } from '../domain/errors.ts'
import { extensionProblem, imageReferenceProblem } from '../domain/image-reference.ts'
import type { JobPage } from '../domain/ledger.ts'
import { projectIdProblem } from '../domain/project-id.ts'
import type { SubmissionHandle } from '../domain/settle-submission.ts'
import { decodeCursor } from './cursor.ts'
import { maxAtOnce } from './limits.ts'

/** A text that the domain finds nothing wrong with. */
const textWithout = (problemOf: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== null) context.addIssue(problem)
  })

const maxNameLength = 255
const imageReference = textWithout(imageReferenceProblem)
const name = textWithout((text) =>
  text.trim() !== '' && text.length <= maxNameLength && !/\p{Cc}/u.test(text)
    ? null
    : `use 1 to ${maxNameLength} characters, without control characters, or leave it out.`,
)
const idempotencyKey = textWithout((text) =>
  /^[\x21-\x7e]{1,255}$/.test(text) ? null : 'use 1 to 255 visible ASCII characters, without blanks.',
)
const jobId = textWithout(projectIdProblem)
const jobStatus = z.enum(['DRAFT', 'QUEUED', 'RENDERING', 'COMPLETE', 'ERROR', 'CANCELED'])
const waitForSeconds = z
  .int()
  .min(0, 'use 0 to 60 seconds.')
  .max(60, 'use 0 to 60 seconds.')
  .nullish()
  .transform((seconds) => (seconds ?? 0) * 1_000)

/** Arguments of `removeBackground`, as the domain takes them. */
export const removeBackgroundArguments = z
  .object({
    assets: z.object({ imageFilePath: imageReference, backgroundImageFilePath: imageReference.nullish() }),
    name: name.nullish(),
    idempotencyKey: idempotencyKey.nullish(),
    waitForSeconds,
  })
  .transform(({ assets, waitForSeconds: waitMs, ...rest }) => ({
    waitMs,
    request: {
      imageFilePath: assets.imageFilePath,
      backgroundImageFilePath: assets.backgroundImageFilePath ?? null,
      name: rest.name ?? null,
      idempotencyKey: rest.idempotencyKey ?? null,
    },
  }))

/** Arguments of `job`. */
export const jobArguments = z.object({ id: jobId, waitForSeconds }).transform((args) => ({
  id: args.id,
  waitMs: args.waitForSeconds,
}))

const maxPage = 100
const defaultPage = 20
const pageSize = z.int().min(0, `use 0 to ${maxPage}.`).max(maxPage, `use 0 to ${maxPage}.`).nullish()
const cursor = z
  .string()
  .transform((text, context) => {
    const place = decodeCursor(text)
    if (place === null) context.addIssue('this is no cursor of this list.')
    return place ?? z.NEVER
  })
  .nullish()

const namePart = textWithout((text) =>
  text.length <= maxNameLength && !/\p{Cc}/u.test(text)
    ? null
    : `use at most ${maxNameLength} characters, without control characters.`,
)

const jobFilter = z
  .object({
    status: z.array(jobStatus).max(maxAtOnce, `use at most ${maxAtOnce} statuses.`).nullish(),
    createdFrom: z.date().nullish(),
    createdBefore: z.date().nullish(),
    name: namePart.nullish(),
  })
  .nullish()
  .transform((filter) => ({
    // Each once: a list of any length would be another statement for the database.
    statuses: filter?.status ? [...new Set(filter.status)] : null,
    createdFrom: filter?.createdFrom ?? null,
    createdBefore: filter?.createdBefore ?? null,
    nameContains: filter?.name ?? null,
  }))

/** Arguments of `jobs`, as the domain takes them. One direction at a time: mixed, Relay's own rules say little that helps. */
export const jobsArguments = z
  .object({ first: pageSize, after: cursor, last: pageSize, before: cursor, filter: jobFilter })
  .superRefine(({ first, after, last, before }, context) => {
    const isMixed = (first ?? after ?? null) !== null && (last ?? before ?? null) !== null
    if (isMixed)
      context.addIssue({
        code: 'custom',
        path: ['last'],
        message: 'use «first» with «after», or «last» with «before».',
      })
  })
  .transform(({ first, after, last, before, filter }): JobPage => {
    const isBackward = (last ?? before ?? null) !== null
    return isBackward
      ? { direction: 'backward', limit: last ?? defaultPage, from: before ?? null, filter }
      : { direction: 'forward', limit: first ?? defaultPage, from: after ?? null, filter }
  })

/** Arguments of `resolveSubmission`, as the domain takes them. */
export const resolveSubmissionArguments = z
  .object({ idempotencyKey: idempotencyKey.nullish(), submissionName: name.nullish(), jobId })
  .transform((args, context): { readonly handle: SubmissionHandle; readonly jobId: string } => {
    const { idempotencyKey: key = null, submissionName = null } = args
    if (key !== null && submissionName === null) return { handle: { idempotencyKey: key }, jobId: args.jobId }
    if (key === null && submissionName !== null) return { handle: { submissionName }, jobId: args.jobId }
    context.addIssue({
      code: 'custom',
      path: ['idempotencyKey'],
      message: 'use it, or «submissionName» where there was no key; not both.',
    })
    return z.NEVER
  })

/** Arguments of `abandonSubmission`. */
export const abandonSubmissionArguments = z.object({ idempotencyKey })

/** Arguments of `deleteJob`, `jobUpdated` and `node`. */
export const idArguments = z.object({ id: jobId })

/** Arguments of `nodes`. An id that is wrong is an error of its own place in the list. */
export const nodesArguments = z.object({ ids: z.array(z.string()).max(maxAtOnce, `use at most ${maxAtOnce} ids.`) })

/** What Magic Hour's largest plan takes (docs: pricing). */
const maxUploadBytes = 10 * 1024 ** 3
const sizeProblem = 'say how many bytes the file has: a whole number from 1 to 10 GiB.'
const uploadFile = z.object({
  // Taken in any case, and sent in lower case, as Magic Hour wants it.
  extension: z.string().toLowerCase().pipe(textWithout(extensionProblem)),
  sizeBytes: z.int({ error: sizeProblem }).min(1, sizeProblem).max(maxUploadBytes, sizeProblem).nullish(),
})

/** Arguments of `createUploads`, as the domain takes them. */
export const createUploadsArguments = z
  .object({
    files: z.array(uploadFile).min(1, `use 1 to ${maxAtOnce} files.`).max(maxAtOnce, `use 1 to ${maxAtOnce} files.`),
    via: z.enum(['DIRECT', 'RELAY']).nullish(),
  })
  .transform(({ files, via }, context): UploadsRequest => {
    if (via !== 'RELAY') return { via: 'DIRECT', files }
    const sized = files.map(({ extension, sizeBytes: size }, index) => {
      if (size === null || size === undefined)
        context.addIssue({ code: 'custom', path: ['files', index, 'sizeBytes'], message: sizeProblem })
      return { extension, sizeBytes: size ?? 0 }
    })
    return { via, files: sized }
  })

/**
 * Parses the arguments of a field.
 *
 * @throws InvalidArgument naming the first argument that is wrong, as a path
 */
export const parseArguments = <T extends z.ZodType>(schema: T, args: unknown): z.output<T> => {
  const parsed = schema.safeParse(args)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new InvalidArgument(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'this is wrong.')
}

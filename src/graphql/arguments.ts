import { z } from 'zod'
import { InvalidArgument } from '../domain/errors.ts'
import { extensionProblem, imageReferenceProblem } from '../domain/image-reference.ts'
import { projectIdProblem } from '../domain/project-id.ts'
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

/** Arguments of `deleteJob` and `node`. */
export const idArguments = z.object({ id: jobId })

/** Arguments of `nodes`. An id that is wrong is an error of its own place in the list. */
export const nodesArguments = z.object({ ids: z.array(z.string()).max(maxAtOnce, `use at most ${maxAtOnce} ids.`) })

/** Arguments of `createUploads`. Extensions are taken in any case and sent in lower case, as Magic Hour wants them. */
export const createUploadsArguments = z.object({
  files: z
    .array(z.object({ extension: z.string().toLowerCase().pipe(textWithout(extensionProblem)) }))
    .min(1, `use 1 to ${maxAtOnce} files.`)
    .max(maxAtOnce, `use 1 to ${maxAtOnce} files.`),
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

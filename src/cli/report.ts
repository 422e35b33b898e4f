import { z } from 'zod'

/** Why a photo has no picture. */
const error = z.strictObject({
  /** A code of the API (docs/errors.md) or of this command (docs/cli.md). */
  code: z.string(),
  message: z.string(),
  charged: z.enum(['NO', 'YES', 'UNKNOWN']),
  /** Whether the same command may succeed later without a change. */
  retryable: z.boolean(),
  /** With an outcome that is not known: the name that the job was sent under, to look for at Magic Hour. */
  submissionName: z.string().nullable(),
})

/** What became of one photo, as one line of `--json`. These names are permanent; more may be added. */
export const photoLine = z.strictObject({
  /** The path as it was named or found; of a URL, all before its query. */
  photo: z.string(),
  status: z.enum(['done', 'skipped', 'failed', 'not-started', 'unknown']),
  /** Where the picture is, or would be. */
  output: z.string(),
  /** Magic Hour's id; null: there is no job, or it is not known. */
  jobId: z.string().nullable(),
  /** Charged by this run: 0 for what was paid before; null: not known. */
  creditsCharged: z.number().nullable(),
  /** With `failed` and `unknown`. */
  error: error.optional(),
})

/** What became of one photo. */
export type PhotoResult = z.output<typeof photoLine>

/** The last line of `--json`. */
export const summaryLine = z.strictObject({
  summary: z.strictObject({
    photos: z.int(),
    done: z.int(),
    skipped: z.int(),
    failed: z.int(),
    notStarted: z.int(),
    unknown: z.int(),
    /** The sum over the photos, as far as it is known. */
    creditsCharged: z.number(),
    /** Jobs that are known and paid, but not for how much, or whether by this run: `creditsCharged` leaves them out. */
    paidUnknown: z.int(),
    /** Whether a sandbox answered, which charges nothing in fact. */
    sandbox: z.boolean(),
    /** Why photos were left; null: none was. */
    stopped: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    exitCode: z.int(),
  }),
})

/** What a run came to. */
export type Summary = z.output<typeof summaryLine>['summary']

/** One object as one line. */
export const toLine = (value: PhotoResult | { readonly summary: Summary }): string => `${JSON.stringify(value)}\n`

/** Counts results. Of the results themselves only those that a person must be told of at the end are kept. */
export const createTally = () => {
  const counts = { done: 0, skipped: 0, failed: 0, 'not-started': 0, unknown: 0 }
  const troubled: PhotoResult[] = []
  let creditsCharged = 0
  let paidUnknown = 0
  return {
    add: (result: PhotoResult): void => {
      counts[result.status] += 1
      creditsCharged += result.creditsCharged ?? 0
      if (result.creditsCharged === null && result.jobId !== null) paidUnknown += 1
      if (result.status === 'failed' || result.status === 'unknown') troubled.push(result)
    },
    counts: (): Readonly<typeof counts> => counts,
    creditsCharged: (): number => creditsCharged,
    /** Paid jobs of which that does not tell. */
    paidUnknown: (): number => paidUnknown,
    /** Those that failed or whose outcome is not known. */
    troubled: (): readonly PhotoResult[] => troubled,
  }
}

/** The running count of a run. */
export type Tally = ReturnType<typeof createTally>

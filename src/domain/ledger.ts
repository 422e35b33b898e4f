import type { Job, JobStatus } from './job.ts'
import type { UpstreamState } from './ports.ts'
import type { Submission } from './submission.ts'

/**
 * Where the intents to make jobs are kept. A method that resolves has made its change durable; one that rejects with
 * LedgerUnavailable has changed nothing, as far as anybody can know.
 */
export interface SubmissionLedger {
  /**
   * Records an intent before anything is sent. When the tenant's idempotency key is taken, nothing changes and the
   * submission that has it is returned.
   */
  begin(intent: Submission): Promise<Submission>
  /** null: there is none (any more). */
  findSubmission(id: string): Promise<Submission | null>
  findSubmissionByKey(tenant: string, idempotencyKey: string): Promise<Submission | null>
  /**
   * Those that may have made a project of this token, or of this name if they were started since then: not accepted, oldest
   * first, at most 100.
   */
  findOpenSubmissions(sought: SoughtSubmission): Promise<Submission[]>
  /** Whether any submission since then is not accepted yet, so that an event about an unknown project may be about its job. */
  hasOpenSubmissions(startedSince: Date): Promise<boolean>
  /** Holds the lease of a submission that is being sent. false: it has been lost. */
  renew(id: string, leaseUntil: Date): Promise<boolean>
  /**
   * Records the job that a submission made, whatever was thought of the submission before; a job that is there already stays
   * as it is.
   *
   * @param dueAt when the job is to be looked up; null: it need not be
   * @returns the job that the submission resolves to: another one, if it was found before
   */
  accept(submissionId: string, job: Job, dueAt: Date | null): Promise<Job>
  /** From `SENDING` to `UNKNOWN`. */
  doubt(id: string): Promise<void>
  /** From `SENDING` to `UNKNOWN`, where the lease is over: whoever was sending them is gone. Returns how many. */
  doubtExpired(now: Date): Promise<number>
  /** Forgets a submission that surely made no job, and so frees its key. */
  discard(id: string): Promise<void>
  /** Frees the key of an `UNKNOWN` submission, which becomes `ABANDONED`. false: it was not `UNKNOWN`. */
  abandon(id: string): Promise<boolean>
}

/** What is known of a submission whose job has turned up. null: nothing. */
export interface SoughtSubmission {
  readonly name: string | null
  readonly token: string | null
  readonly startedSince: Date
}

/** How long a job took to render, as far as anybody saw. */
export interface SeenRender {
  /** Milliseconds after which it was still seen unfinished; 0 if never. */
  readonly afterMs: number
  /** Milliseconds after which it was seen finished; the same number where an event said so. */
  readonly byMs: number
  readonly saidBy: NewsSource
}

/** Who brought the news: Magic Hour by itself, or its answer to a look-up. */
export type NewsSource = 'EVENT' | 'LOOKUP'

/** Where jobs are kept. */
export interface JobLedger {
  /** The tenant's jobs among these ids, in no order. */
  find(tenant: string, ids: readonly string[]): Promise<Job[]>
  /** The jobs with this id, whoever's: several where several keys of one account know it. */
  findAnywhere(id: string): Promise<Job[]>
  /** One page of a tenant's jobs in one statement: the newest first, or backwards from a cursor. */
  list(tenant: string, page: JobPage): Promise<Job[]>
  /** Records a job that was made elsewhere; one that is there already stays as it is. Returns what is there. */
  adopt(job: Job, dueAt: Date | null): Promise<Job>
  /**
   * Stores a changed job if the stored one still has the revision before `job.revision`. false: somebody was faster.
   *
   * @param seen given when the change made it final
   */
  update(job: Job, seen: SeenRender | null): Promise<boolean>
  /** The newest renders that were seen, at most so many. */
  seenRenders(limit: number): Promise<SeenRender[]>
}

/** Which part of the list of a tenant's jobs. */
export interface JobPage {
  readonly limit: number
  /** `forward`: the newest first, beginning after the cursor; `backward`: the oldest first, beginning before it. */
  readonly direction: 'forward' | 'backward'
  /** null: from the end that the direction begins at. */
  readonly from: JobCursor | null
  readonly filter: JobFilter
}

/** A place in the list. It stays right while jobs are added. */
export interface JobCursor {
  readonly createdAt: Date
  readonly id: string
}

/** null: any. */
export interface JobFilter {
  readonly statuses: readonly JobStatus[] | null
  readonly createdFrom: Date | null
  /** Exclusive. */
  readonly createdBefore: Date | null
  /** A part of the name, in any case. */
  readonly nameContains: string | null
}

/** The queue of look-ups: a due row is the queue entry, a lease says who works on it. */
export interface LookupLedger {
  /** Takes due jobs of these accounts under a lease, the longest due first. */
  claimDue(accounts: readonly string[], claim: Claim & { readonly limit: number }): Promise<Job[]>
  /** Takes one job under a lease, if it was not looked up since it was read and nobody else is at it. */
  claimOne(job: Job, claim: Claim): Promise<boolean>
  /** Ends all leases: for who knows that nobody else is there to hold one. */
  endLeases(): Promise<void>
  /** Gives a claimed job back, with when Magic Hour answered and when to ask next. Without effect when the lease is lost. */
  release(job: Job, lookup: FinishedLookup): Promise<void>
  /** Marks an unfinished job as watched until then, and makes it due at `dueAt` unless it is due earlier. */
  watch(job: Job, until: Date, dueAt: Date): Promise<void>
  /** Has the marks of unfinished jobs last until then, unless they last longer, and makes due by then what is not due at all. */
  keepWatched(jobs: readonly Pick<Job, 'tenant' | 'id'>[], until: Date): Promise<void>
  /** When the next job of these accounts falls due that nobody is at; null: there is none. */
  nextDueAt(accounts: readonly string[], now: Date): Promise<Date | null>
}

/** Who takes a job, and until when it is theirs. */
export interface Claim {
  readonly owner: string
  readonly now: Date
  readonly until: Date
}

/** How a look-up ended. */
export interface FinishedLookup {
  readonly owner: string
  readonly now: Date
  /** null: Magic Hour did not answer. */
  readonly answeredAt: Date | null
  /** When to ask next, if somebody watches the job by then, and if nobody does; null: not at all. */
  readonly dueAt: { readonly watched: Date | null; readonly unwatched: Date | null }
}

/** Events about projects that nobody knows yet: the answer to their create may be on its way. */
export interface EventInbox {
  keep(state: UpstreamState, receivedAt: Date): Promise<void>
  /** What was kept about one project, in the order it came. */
  kept(projectId: string): Promise<UpstreamState[]>
  /** The ids of all projects with something kept. */
  keptProjects(): Promise<string[]>
  /** Of those, the ids of the projects that a job of ours may be by now: it is known, or a submission of this name is open. */
  placeableProjects(): Promise<string[]>
  /** Throws away what was kept about a project. */
  forget(projectId: string): Promise<void>
  /** Throws away what nobody has claimed until now. */
  forgetBefore(receivedAt: Date): Promise<void>
}

/** All of what is kept on disk. */
export interface Ledger extends SubmissionLedger, JobLedger, LookupLedger, EventInbox {}

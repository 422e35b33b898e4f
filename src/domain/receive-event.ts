import { applyUpstreamState } from './apply-upstream-state.ts'
import type { EventInbox, JobLedger, SubmissionLedger } from './ledger.ts'
import { backgroundRemover, eventsComeForMs } from './match-submission.ts'
import type { Clock, UpstreamState } from './ports.ts'
import type { RecordChange } from './record-change.ts'
import type { RecoverJob } from './recover-job.ts'

interface ReceiveEventDependencies {
  readonly ledger: Pick<JobLedger, 'findAnywhere'> &
    Pick<SubmissionLedger, 'hasOpenSubmissions'> &
    Pick<EventInbox, 'keep' | 'kept' | 'placeableProjects' | 'forget'>
  readonly recordChange: RecordChange
  readonly recoverJob: RecoverJob
  readonly clock: Pick<Clock, 'now'>
}

/**
 * What became of an event:
 * - `APPLIED`: it is about a job of ours, also where it says nothing new;
 * - `RECOVERED`: it brought back a job whose answer was lost;
 * - `KEPT`: it may be about a job whose answer is still on its way;
 * - `PASSED_OVER`: it is about something else on the account.
 */
export type EventOutcome = 'APPLIED' | 'RECOVERED' | 'KEPT' | 'PASSED_OVER'

/** Takes what Magic Hour says by itself. */
export interface ReceiveEvent {
  (state: UpstreamState): Promise<EventOutcome>
  /** Takes again what was kept: about this project, whose job has just been recorded. false: nothing was. */
  replay(projectId: string): Promise<boolean>
  /** Takes again all that was kept: a submission has just become unknown, and its event may be among it. */
  replayAll(): Promise<void>
}

/** Makes the receiver of events. A repeated event, a late one and one out of order change nothing that they should not. */
export const createReceiveEvent = (dependencies: ReceiveEventDependencies): ReceiveEvent => {
  const { ledger, clock } = dependencies
  const receive = async (state: UpstreamState): Promise<EventOutcome> => {
    const outcome = await apply(dependencies, state)
    if (outcome !== null) return outcome
    if (state.type !== null && state.type !== backgroundRemover) return 'PASSED_OVER'
    // Looked for once more: between the two looks its submission may have been answered.
    const isPending = await ledger.hasOpenSubmissions(new Date(clock.now() - eventsComeForMs))
    if (!isPending) return (await apply(dependencies, state)) ?? 'PASSED_OVER'
    await ledger.keep(state, new Date(clock.now()))
    // The job may have been recorded since it was looked for; then nobody would come back for what was kept.
    const late = await apply(dependencies, state)
    if (late !== null) await replayOne(dependencies, state.id)
    return late ?? 'KEPT'
  }
  return Object.assign(receive, {
    replay: (projectId: string) => replayOne(dependencies, projectId),
    replayAll: async () => {
      for (const projectId of await ledger.placeableProjects()) await replayOne(dependencies, projectId)
    },
  })
}

/** null: nobody knows the project. */
const apply = async (
  { ledger, recordChange, recoverJob, clock }: ReceiveEventDependencies,
  state: UpstreamState,
): Promise<EventOutcome | null> => {
  const known = await ledger.findAnywhere(state.id)
  const recovered = known.length === 0 ? await recoverJob(state) : null
  const now = new Date(clock.now())
  // To one that was recovered as well: an earlier event may have brought it back in this moment, and this one says more. Read by
  // its id: the submission may just have been answered with another job, which this event is not about.
  for (const job of recovered === null ? known : await ledger.findAnywhere(state.id)) {
    await recordChange(job, { apply: (current) => applyUpstreamState(current, state, now), saidBy: 'EVENT', now })
  }
  if (recovered !== null) return 'RECOVERED'
  return known.length === 0 ? null : 'APPLIED'
}

const replayOne = async (dependencies: ReceiveEventDependencies, projectId: string): Promise<boolean> => {
  if (!(await applyKept(dependencies, projectId))) return false
  // Once more: another replica may have kept an event while the job was not known yet. Who keeps one from now on knows it.
  await applyKept(dependencies, projectId)
  await dependencies.ledger.forget(projectId)
  return true
}

/** Whether anything that was kept is about a job of ours. */
const applyKept = async (dependencies: ReceiveEventDependencies, projectId: string): Promise<boolean> => {
  let isKnown = false
  for (const state of await dependencies.ledger.kept(projectId)) {
    if ((await apply(dependencies, state)) !== null) isKnown = true
  }
  return isKnown
}

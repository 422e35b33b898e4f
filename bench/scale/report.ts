import type { Machine } from '../comparison/results.ts'
import { lifeSection } from './life-report.ts'
import { listSection } from './list-report.ts'
import type { Lists } from './lists.ts'
import type { Plan } from './options.ts'
import { type ReplicaResults, replicaSection } from './replica-report.ts'
import type { Rest } from './rest.ts'
import { restSection, waitingSection } from './waiting-report.ts'
import type { WaitingFigures } from './waiting.ts'

/** Everything that was measured; what was left out is empty. */
export interface Results extends ReplicaResults {
  readonly machine: Omit<Machine, 'peers'>
  readonly plan: Plan
  readonly rests: readonly Rest[]
  readonly waiting: WaitingFigures | null
  readonly lists: readonly Lists[]
}

/** The results as a Markdown page. */
export const reportOf = (results: Results): string =>
  `${[
    '# What it costs to scale',
    introduction(results),
    ...lifeSection(results.lives),
    ...restSection(results.rests),
    ...waitingSection(results.waiting),
    ...replicaSection(results),
    ...listSection(results.lists, results.plan),
    machineSection(results),
  ].join('\n\n')}\n`

const introduction = ({
  plan: { perSecond, longestRenderMs, slices, sliceSeconds },
  machine: { pinned },
}: Results): string =>
  `Made by \`node bench/scale.ts\`: the gateway in processes of its own, the log at \`info\` to /dev/null, a stub for Magic Hour. PostgreSQL is as it comes, with durable commits. ${coresOf(pinned)} Jobs are made with an idempotency key each, ${perSecond} a second at an even pace, and take as long as Magic Hour's (median 4 s, sigma 0.6, ${longestRenderMs / 1_000} s at most); once as many end as begin, ${slices * sliceSeconds} s are measured. The numbers are for all of that time, and in brackets the quartiles of its ${sliceSeconds} s parts.`

const coresOf = (pinned: Machine['pinned']): string =>
  pinned === null
    ? 'Processes could not be bound to cores here, so that they disturb each other.'
    : `All gateways share core ${pinned.server}; PostgreSQL, the load and the stub have the ${pinned.load === pinned.stub ? 'other' : 'others'}.`

const machineSection = ({ machine }: Results): string => {
  const { cpu, cores, system, node, date, loadBefore, isLedgerInMemory } = machine
  return `## Where and with what\n\n${date}: ${cores} cores of ${cpu}, ${system}, Node ${node}; load average before it began ${loadBefore.toFixed(2)}. The databases lay ${isLedgerInMemory ? 'in memory (tmpfs), where a durable commit costs nothing' : 'on disk'}.`
}

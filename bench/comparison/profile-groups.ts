import { z } from 'zod'

/** What V8 writes with `--cpu-prof`, as far as it is needed. Times are microseconds of the system's monotonic clock. */
export const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.int() }),
      children: z.array(z.int()).optional(),
    }),
  ),
  startTime: z.number(),
  samples: z.array(z.int()),
  timeDeltas: z.array(z.number()),
})
/** See `cpuProfile`. */
export type CpuProfile = z.output<typeof cpuProfile>

/** Shares of the time that was not idle: what was spent in a group's own code, and what while any of its code was on the stack. */
export interface Shares {
  readonly name: string
  readonly self: number
  readonly inclusive: number
}

/** A profile, read: by package or folder, and by function, the greatest first. */
export interface ReadProfile {
  readonly groups: readonly Shares[]
  readonly functions: readonly Shares[]
  /** Share of all the time. */
  readonly idle: number
}

/** Microseconds on the profile's clock. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** What a profile says of a stretch of time. */
export const readProfile = (profile: CpuProfile, { from, to }: Window): ReadProfile => {
  const stacks = stacksOf(profile)
  const groups = createTally()
  const functions = createTally()
  let idleUs = 0
  let allUs = 0
  let at = profile.startTime
  for (const [index, id] of profile.samples.entries()) {
    const spentUs = profile.timeDeltas[index] ?? 0
    at += spentUs
    if (at < from || at > to) continue
    allUs += spentUs
    const stack = stacks(id)
    if (stack.functions[0] === '(idle)') idleUs += spentUs
    else {
      groups.add(stack.groups, spentUs)
      functions.add(stack.functions, spentUs)
    }
  }
  return { groups: groups.shares(), functions: functions.shares(), idle: idleUs / allUs }
}

interface Stack {
  /** The innermost first. */
  readonly groups: readonly string[]
  readonly functions: readonly string[]
}

const stacksOf = ({ nodes }: CpuProfile): ((id: number) => Stack) => {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const known = new Map<number, Stack>()
  const stackOf = (id: number): Stack => {
    const parent = parents.get(id)
    const outer = parent === undefined ? { groups: [], functions: [] } : (known.get(parent) ?? stackOf(parent))
    const { functionName = '', url = '', lineNumber = 0 } = frames.get(id) ?? {}
    const own = groupOf(url, functionName)
    const stack: Stack = {
      // What Node does for somebody is theirs: an undici that writes to a socket, a ledger that runs a statement.
      groups: [own ?? outer.groups[0] ?? (functionName === '(root)' ? '(root)' : 'node'), ...outer.groups],
      functions: [
        url === '' ? functionName : `${functionName} ${shortened(url)}:${lineNumber + 1}`,
        ...outer.functions,
      ],
    }
    known.set(id, stack)
    return stack
  }
  return stackOf
}

/** null: Node's own code, or what is built into it. */
const groupOf = (url: string, functionName: string): string | null => {
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?:([^/]+)\/)?[^/]*$/.exec(lastPackage(url))
  if (inPackage !== null) return inPackage[1] === 'graphql' ? `graphql/${inPackage[2] ?? ''}` : (inPackage[1] ?? null)
  const ours = /\/src\/(.*)$/.exec(url)?.[1]?.split('/')
  if (ours !== undefined) return ours.length > 1 ? `src/${ours.slice(0, -1).join('/')}` : 'src'
  return functionName === '(garbage collector)' || functionName === '(program)' ? functionName : null
}

const lastPackage = (url: string): string => {
  const place = url.lastIndexOf('node_modules/')
  if (place < 0) return ''
  const [first = '', second = '', third = '', ...rest] = url.slice(place + 'node_modules/'.length).split('/')
  const parts = first.startsWith('@') ? [`${first}/${second}`, third, ...rest] : [first, second, third, ...rest]
  const [name = '', folder = ''] = parts.filter((part) => part !== '')
  return `node_modules/${name}/${parts.length > 2 ? `${folder}/` : ''}file`
}

const shortened = (url: string): string => url.replace(/^.*\/node_modules\//, '').replace(/^.*\/src\//, 'src/')

const createTally = () => {
  const self = new Map<string, number>()
  const inclusive = new Map<string, number>()
  let all = 0
  const more = (counts: Map<string, number>, name: string, us: number): void => {
    counts.set(name, (counts.get(name) ?? 0) + us)
  }
  return {
    add: (names: readonly string[], us: number): void => {
      all += us
      more(self, names[0] ?? '', us)
      for (const name of new Set(names)) more(inclusive, name, us)
    },
    shares: (): Shares[] =>
      [...inclusive]
        .map(([name, us]) => ({ name, self: (self.get(name) ?? 0) / all, inclusive: us / all }))
        .toSorted((a, b) => b.self - a.self),
  }
}

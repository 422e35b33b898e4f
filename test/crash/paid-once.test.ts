import { beforeAll, describe, expect, test } from 'vitest'
import { type History, makeHistory } from './history.ts'
import type { Answer, Wish } from './requests.ts'
import { stores } from './stores.ts'

/**
 * With each database; three are few, but each ends in a kill, and a start takes one and a half seconds of a core. Between them the
 * two databases see every step all the same. CRASH_ROUNDS=300 is a soak.
 */
const rounds = Number(process.env['CRASH_ROUNDS'] ?? 3)
/** Decides what chance decides, except for how fast the machine is. */
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000)

const histories = new Map<string, History>()

beforeAll(
  async () => {
    await Promise.all(
      stores.map(async ({ name, open, firstStep }) => {
        await using store = await open()
        histories.set(name, await makeHistory(store, { rounds, firstStep, seed }))
      }),
    )
  },
  120_000 + rounds * 20_000,
)

describe.each(stores)(`killed ${rounds} times, from seed ${seed} on, with $name`, ({ name }) => {
  const history = (): History => {
    const made = histories.get(name)
    expect(made).toBeDefined()
    return made ?? { wishes: [], paid: [], settled: nothing, healed: nothing }
  }
  const paidFor = ({ imageFilePath }: Wish): string[] =>
    history()
      .paid.filter((job) => job.imageFilePath === imageFilePath)
      .map(({ id }) => id)

  test('every client gets an answer, unless it has no key to ask again with', ({ annotate }) => {
    const { wishes, settled } = history()
    void annotate(JSON.stringify(figures(history())))
    expect(wishes.filter((wish) => wish.idempotencyKey !== null && settled.answers.get(wish) === undefined)).toEqual([])
  })

  test('no wish is paid for twice', () => {
    expect(history().wishes.filter((wish) => paidFor(wish).length > 1)).toEqual([])
  })

  test('a job that a client was told of is the one that was paid for it, and stays the same', () => {
    const told = history().wishes.filter(({ answers }) => answers.some(isJob))
    expect(told.map(jobIds)).toEqual(told.map(paidFor))
  })

  test('whoever was told of a job is never told again that its outcome is unknown', () => {
    const forgotten = history().wishes.filter(({ answers }) => {
      const firstJob = answers.findIndex(isJob)
      return firstJob >= 0 && !answers.slice(firstJob).every(isJob)
    })
    expect(forgotten).toEqual([])
  })

  test('nothing is paid for what was answered as not charged', () => {
    const refused = history().wishes.filter(({ answers }) => answers.some(({ kind }) => kind === 'uncharged'))
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.flatMap(paidFor)).toEqual([])
  })

  test('whoever paid for a job is told of it, or that the outcome is unknown', () => {
    const { wishes, settled } = history()
    const payers = wishes.filter((wish) => wish.idempotencyKey !== null && paidFor(wish).length > 0)
    expect(payers.filter((wish) => settled.answers.get(wish)?.kind === 'uncharged')).toEqual([])
    const left = payers.filter((wish) => settled.answers.get(wish)?.kind === 'job')
    expect(left.flatMap(paidFor).filter((id) => !settled.listed.has(id))).toEqual([])
  })

  test('the events bring every lost job back, to the one who paid for it', () => {
    const { wishes, healed } = history()
    const lost = wishes.filter((wish) => !isTwin(wish) && paidFor(wish).some((id) => !healed.listed.has(id)))
    expect(lost).toEqual([])
    const payers = wishes.filter((wish) => !isTwin(wish) && wish.idempotencyKey !== null && paidFor(wish).length > 0)
    expect(payers.filter((wish) => healed.answers.get(wish)?.kind !== 'job')).toEqual([])
  })
})

const nothing = { listed: new Set<string>(), answers: new Map<Wish, Answer>() }

const isJob = (answer: Answer): answer is Answer & { kind: 'job' } => answer.kind === 'job'

const jobIds = ({ answers }: Wish): string[] => [...new Set(answers.filter(isJob).map(({ id }) => id))]

/** Of two jobs with the same name nobody can tell which one is whose. */
const isTwin = ({ name }: Wish): boolean => name?.startsWith('Twin') === true

const figures = ({ wishes, paid, settled, healed }: History) => {
  const count = (answers: ReadonlyMap<Wish, Answer | undefined>, kind: Answer['kind']): number =>
    [...answers.values()].filter((answer) => answer?.kind === kind).length
  return {
    rounds,
    wishes: wishes.length,
    paid: paid.length,
    told: { jobs: count(settled.answers, 'job'), unknown: count(settled.answers, 'unknown') },
    afterEvents: { jobs: count(healed.answers, 'job'), unknown: count(healed.answers, 'unknown') },
    unlisted: paid.filter(({ id }) => !settled.listed.has(id)).length,
    stillUnlisted: paid.filter(({ id }) => !healed.listed.has(id)).length,
  }
}

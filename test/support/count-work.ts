import { DatabaseSync, StatementSync } from 'node:sqlite'
import { Client } from 'pg'
import type { TestApp } from './app.ts'

/** What a piece of work cost, in counts that no busy machine changes. */
export interface Work {
  /** Statements that a database ran, `begin` and `commit` left out, and SQLite's answer to how much the last one changed (`get`). */
  readonly statements: number
  /** Durable commits. */
  readonly commits: number
  readonly logLines: number
}

/**
 * Counts what happens in this process until it is disposed of. Only one at a time: it stands in the way of Node's SQLite and of
 * PostgreSQL's driver.
 */
export const countWork = (app: Pick<TestApp, 'log'>): Disposable & { read(): Work } => {
  const before = app.log.length
  let [statements, commits] = [0, 0]
  const restore = [
    wrap(StatementSync.prototype, 'all', () => (statements += 1)),
    wrap(StatementSync.prototype, 'run', () => (statements += 1)),
    wrap(DatabaseSync.prototype, 'exec', (text) => (commits += text === 'commit' ? 1 : 0)),
    wrap(Client.prototype, 'query', (query) => {
      const text = textOf(query)
      if (text === 'commit') commits += 1
      else if (text !== 'begin') statements += 1
    }),
  ]
  return {
    read: () => ({ statements, commits, logLines: app.log.length - before }),
    [Symbol.dispose]: () => {
      for (const undo of restore) undo()
    },
  }
}

const textOf = (query: unknown): unknown =>
  typeof query === 'object' && query !== null && 'text' in query ? query.text : query

/** Calls `onCall` with the first argument of each call of a method, which then does what it always does. */
const wrap = (target: object, name: string, onCall: (argument: unknown) => void): (() => void) => {
  const original: unknown = Reflect.get(target, name)
  if (typeof original !== 'function') throw new TypeError(`There is no method «${name}».`)
  Reflect.set(target, name, function counted(this: unknown, ...args: unknown[]): unknown {
    onCall(args[0])
    const result: unknown = Reflect.apply(original, this, args)
    return result
  })
  return () => void Reflect.set(target, name, original)
}

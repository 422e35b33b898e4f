import { type Compilable, type Expression, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'

/** What SQLite and PostgreSQL both take for a parameter. */
export type Parameter = null | number | bigint | string

/** A statement with its parameters, ready to run. */
export interface BoundStatement<R> {
  readonly text: string
  readonly parameters: readonly Parameter[]
  /** Under which PostgreSQL keeps it prepared; null: it is not worth that. */
  readonly name: string | null
  /** Whether it changes nothing. */
  readonly isRead: boolean
  readonly row: z.ZodType<R>
}

/** What a statement came to. */
export interface Outcome<R> {
  readonly rows: R[]
  /** How many rows were written; of a statement that returns rows, how many those are. */
  readonly changes: number
}

/** A statement whose parameters are given each time. */
export type Statement<V, R> = (values: V) => BoundStatement<R>

/** For a statement that returns no rows. */
export const noRow = z.never()

/**
 * Makes a statement that is compiled once and run many times: building it anew costs several times what the database takes for it.
 *
 * @param name  its own among all statements
 * @param build makes the query; `slot('tenant')` stands where the value of that name goes
 */
export const prepareStatement = <V extends Readonly<Record<string, Parameter>>, R>(
  name: string,
  row: z.ZodType<R>,
  build: (slot: <K extends keyof V & string>(name: K) => RawBuilder<V[K]>) => Compilable,
): Statement<V, R> => {
  const { sql: text, parameters, query } = build((key) => sql`${new Slot(key)}`).compile()
  const places = parameters.map((parameter) => (parameter instanceof Slot ? parameter : toParameter(parameter)))
  const isRead = query.kind === 'SelectQueryNode'
  return (values) => ({
    text,
    parameters: places.map((place) => (place instanceof Slot ? (values[place.name] ?? null) : place)),
    name,
    isRead,
    row,
  })
}

/** A statement that is built for this one time. */
export const once = <R>(row: z.ZodType<R>, built: Compilable): BoundStatement<R> => {
  const { sql: text, parameters, query } = built.compile()
  return { text, parameters: parameters.map(toParameter), name: null, isRead: query.kind === 'SelectQueryNode', row }
}

/** A whole number as part of an expression, where PostgreSQL would take a bare parameter for a text. */
export const bigint = (value: Expression<number | null>) => sql<number | null>`cast(${value} as bigint)`

/** Checks what kysely hands over. */
export const toParameter = (value: unknown): Parameter => {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint')
    return value
  throw new TypeError('A database takes texts, numbers and nulls.')
}

/** Stands in a statement for a value to come. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

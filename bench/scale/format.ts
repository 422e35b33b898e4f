import { type Spread, spreadOf } from '../comparison/statistics.ts'
import type { DatabaseKind } from './store.ts'

/** The databases as the tables have them. */
export const databaseNames: Record<DatabaseKind, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' }

/** What is not there, or means nothing. */
export const none = '–'
/** A Markdown table; the first column is words, the others are figures. */
export const table = (columns: readonly string[], lines: readonly (readonly string[])[]): string =>
  [columns, columns.map((_column, index) => (index === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
/** A ratio with its quartiles. */
export const ratio = (values: Spread | null): string =>
  values === null ? none : `${values.median.toFixed(2)} (${values.lower.toFixed(2)}–${values.upper.toFixed(2)})`
/** Without the unit. */
export const milliseconds = (ms: number): string => ms.toFixed(2)
/** Whole ones. */
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`
/** 1,000 bytes each. */
export const kilobytes = (bytes: number): string => `${(bytes / 1_000).toFixed(2)} kB`
/** Of a share, 1 is all. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
/** A whole number with commas. */
export const thousands = (count: number): string => Math.round(count).toLocaleString('en')
/** The median of delays, with its quartiles. */
export const delays = (delaysMs: readonly number[]): string => {
  const { median = Number.NaN, lower = Number.NaN, upper = Number.NaN } = spreadOf(delaysMs) ?? {}
  return `${milliseconds(median)} ms (${milliseconds(lower)}–${milliseconds(upper)})`
}

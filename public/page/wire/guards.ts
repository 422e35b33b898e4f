/** Whether a value that came over the network has the shape that the page was written for. */
export type Guard<T> = (value: unknown) => value is T

export const isText: Guard<string> = (value) => typeof value === 'string'

export const isNumber: Guard<number> = (value) => typeof value === 'number'

export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean'

/** One of these words. */
export const isOneOf =
  <T extends string>(words: readonly T[]): Guard<T> =>
  (value): value is T =>
    words.some((word) => word === value)

/** Null, or what the guard lets pass. */
export const isNullOr =
  <T>(guard: Guard<T>): Guard<T | null> =>
  (value): value is T | null =>
    value === null || guard(value)

/** A list of what the guard lets pass. */
export const isListOf =
  <T>(guard: Guard<T>): Guard<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(guard)

/** An object with these fields; others are passed over. */
export const hasShape =
  <T extends object>(fields: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> =>
  (value): value is T => {
    if (typeof value !== 'object' || value === null) return false
    for (const name in fields) if (!fields[name](Reflect.get(value, name))) return false
    return true
  }

/** A field of whatever it is; undefined where there is none. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

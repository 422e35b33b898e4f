import { randomInt } from 'node:crypto'

/**
 * An id that looks like upstream's (a cuid): the letter c, the time in base 36, then random letters and digits.
 *
 * @param nowMs  milliseconds since the epoch
 * @returns 25 characters of `a-z0-9`, safe in a path
 */
export const newId = (nowMs: number): string => {
  const time = Math.max(0, Math.trunc(nowMs)).toString(36).slice(-8).padStart(8, '0')
  const tail = Array.from({ length: 16 }, () => randomInt(36).toString(36)).join('')
  return `c${time}${tail}`
}

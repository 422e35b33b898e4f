/** Which bytes of a file, first and last, both counted from 0 and included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads a `Range` header as Amazon S3 does: one range; what it cannot read, and several, are passed over.
 *
 * @returns null: the whole file; `unsatisfiable`: it begins behind the end of the file
 */
export const parseRange = (header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | null => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return null
  // «-5» is the last five bytes.
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null
  return start >= bytes ? 'unsatisfiable' : { start, end }
}

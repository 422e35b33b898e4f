/** An answer that is not the one that was asked for. Its headers are left out of the message. */
export class WrongAnswer extends Error {
  constructor(answer: string) {
    super(`wrong answer: ${answer.replace(headers, '').slice(0, 600)}`)
    this.name = 'WrongAnswer'
  }
}

const headers = /(?<=^HTTP[^\r]*)\r\n.*?(?=\r\n\r\n)/s

/**
 * Whether this is the whole of an HTTP answer. A parser for what the servers here say, and for no others: the load has a core to
 * share, and must not be what is measured.
 *
 * @param text  what has come so far, a character a byte
 * @throws WrongAnswer when its end cannot be known
 */
export const isWhole = (text: string): boolean => {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return false
  const length = lengthPattern.exec(text)?.[1]
  if (length !== undefined) return text.length >= headEnd + 4 + Number(length)
  if (!chunkedPattern.test(text)) throw new WrongAnswer(text)
  // JSON holds no line break of its own, so that this can only be the last chunk.
  return text.endsWith('\r\n0\r\n\r\n')
}

const lengthPattern = /\r\ncontent-length: *(\d+)/i
const chunkedPattern = /\r\ntransfer-encoding: *chunked/i

/** Whether it says 200, holds everything that was expected, and no `errors`. */
export const isRight = (text: string, expects: readonly string[]): boolean =>
  text.startsWith('HTTP/1.1 200') && !text.includes('"errors"') && expects.every((part) => text.includes(part))

import { expect, test } from 'vitest'
import { createOutgoingPieces } from '../../src/upstream/outgoing-pieces.ts'

const aPiece = (bytes: number) => new Uint8Array(bytes)

test('a piece is freed when all that is still waiting came after it', () => {
  const pieces = createOutgoingPieces()
  const [first, second, third] = [aPiece(10), aPiece(20), aPiece(30)]
  for (const piece of [first, second, third]) pieces.add(piece)
  const left = (waitingBytes: number): number[] => {
    pieces.free(waitingBytes)
    return [first, second, third].map(({ byteLength }) => byteLength)
  }
  expect(left(Number.POSITIVE_INFINITY)).toEqual([10, 20, 30])
  expect(left(51)).toEqual([10, 20, 30])
  expect(left(50)).toEqual([0, 20, 30])
  expect(left(31)).toEqual([0, 20, 30])
  expect(left(1)).toEqual([0, 0, 30])
  expect(left(0)).toEqual([0, 0, 0])
})

test('a piece that shares its memory with others is left alone', () => {
  const pieces = createOutgoingPieces()
  const whole = aPiece(100)
  const part = whole.subarray(0, 50)
  pieces.add(part)
  pieces.free(0)
  expect([part.byteLength, whole.byteLength]).toEqual([50, 100])
})

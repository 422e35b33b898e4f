import { describe, expect, test } from 'vitest'
import { fits, matchSubmission, nameWithToken, tokenIn } from '../../src/domain/match-submission.ts'
import type { Submission } from '../../src/domain/submission.ts'
import { aState, aSubmission } from '../support/builders.ts'

const token = 'abcdefgh23456'
const startedAt = aSubmission().startedAt
const after = (seconds: number): Date => new Date(startedAt.getTime() + seconds * 1_000)
const withToken = aSubmission({ name: nameWithToken(token, startedAt), token })
const unknown = (changes: Partial<Submission> = {}): Submission =>
  aSubmission({ outcome: { state: 'UNKNOWN' }, ...changes })
const mug = aState('COMPLETE', { name: 'Mug', createdAt: after(1) })

describe('a name with a token', () => {
  test('is readable, and its token is found in it', () => {
    expect(withToken.name).toBe('Background Remover - 2026-01-01 [mhg-abcdefgh23456]')
    expect(tokenIn(withToken.name)).toBe(token)
  })

  test.for([null, '', 'Mug', '[mhg-abc]', '[mhg-ABCDEFGH23456]', '[mhg-abcdefgh23451]', '[mhg-abcdefgh234567]'])(
    'is not %s',
    (name) => {
      expect(tokenIn(name)).toBeNull()
    },
  )

  test('decides by itself, whatever the time, the state or the account', () => {
    const state = aState('COMPLETE', { name: withToken.name, createdAt: after(1e6), type: null })
    for (const submission of [withToken, { ...withToken, account: 'tenant-1' }, unknown(withToken)]) {
      expect(matchSubmission(state, [unknown({ name: withToken.name }), submission])).toBe(submission)
    }
  })

  test('is nobody’s where the token is another', () => {
    const other = aState('COMPLETE', { name: nameWithToken('zzzzzzzz77777', startedAt), createdAt: after(1) })
    expect(matchSubmission(other, [withToken, unknown({ name: other.name ?? '' })])).toBeNull()
  })
})

describe('a name that the caller chose', () => {
  test.for(['UNKNOWN', 'ABANDONED'] as const)('decides together with the time, where the outcome is %s', (state) => {
    const submission = unknown({ outcome: { state } })
    expect(matchSubmission(mug, [submission])).toBe(submission)
  })

  test.for([
    [-60, true],
    [-60.001, false],
    [0, true],
    [150, true],
    [150.001, false],
  ] as const)('of a project made %s seconds after the request began: fits is %s', ([seconds, isFitting]) => {
    const state = { ...mug, createdAt: after(seconds) }
    expect(matchSubmission(state, [unknown()]) !== null).toBe(isFitting)
    expect(fits(unknown(), state)).toBe(isFitting)
  })

  test.for([
    ['of another name', { name: 'mug' }],
    ['of no name', { name: null }],
    ['of unknown time', { createdAt: null }],
    ['of another tool', { type: 'FACE_SWAP' }],
    ['of an unknown tool', { type: null }],
  ] as const)('is not that of a project %s', ([, changes]) => {
    expect(matchSubmission({ ...mug, ...changes }, [unknown()])).toBeNull()
  })

  test('decides nothing where two fit, of one tenant or of two', () => {
    expect(matchSubmission(mug, [unknown(), unknown()])).toBeNull()
    expect(matchSubmission(mug, [unknown(), unknown({ tenant: 'tenant-2' })])).toBeNull()
    expect(matchSubmission(mug, [unknown(), aSubmission({ tenant: 'tenant-2' })])).toBeNull()
  })

  test('decides between two where only one fits by its time', () => {
    const [near, far] = [unknown(), unknown({ startedAt: after(-600) })]
    expect(matchSubmission(mug, [far, near])).toBe(near)
  })

  test('decides nothing while its own answer may come', () => {
    expect(matchSubmission(mug, [aSubmission()])).toBeNull()
  })

  test('decides nothing about a job that a passed-through key may have made', () => {
    expect(matchSubmission(mug, [unknown({ account: 'tenant-1' })])).toBeNull()
  })

  test('decides nothing where the ledger may have left a candidate out', () => {
    const old = Array.from({ length: 99 }, () => unknown({ startedAt: after(-600) }))
    expect(matchSubmission(mug, [...old, unknown()])).toBeNull()
  })
})

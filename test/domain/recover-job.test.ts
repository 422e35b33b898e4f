import { describe, expect, test } from 'vitest'
import { SubmissionUnknown } from '../../src/domain/errors.ts'
import { aState } from '../support/builders.ts'
import { aRequest, caller, setUp } from './submitting.ts'

describe('a job whose answer is lost', () => {
  const lost = { createImage: () => Promise.reject(new SubmissionUnknown()) }

  test('without a name was sent with one that nobody can guess, and says which', async () => {
    const { submitJob, sent } = await setUp(lost)
    const [first, second] = await Promise.all([
      submitJob(caller, aRequest()).catch((error: unknown) => error),
      submitJob(caller, aRequest()).catch((error: unknown) => error),
    ])
    expect(sent[0]?.name).toMatch(/^Background Remover - 2026-01-01 \[mhg-[a-z2-7]{13}\]$/)
    expect(sent[0]?.name).not.toBe(sent[1]?.name)
    expect([first, second]).toMatchObject(sent.map(({ name }) => ({ submissionName: name })))
  })

  test('is found by its token when an event tells of it, and its key resolves to it', async () => {
    const { submitJob, receiveEvent, sent, stored } = await setUp(lost)
    const request = aRequest({ idempotencyKey: 'order-7' })
    await expect(submitJob(caller, request)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
    const name = sent[0]?.name ?? ''
    expect(await receiveEvent(aState('COMPLETE', { id: 'lost-1', name }))).toBe('RECOVERED')
    expect(await submitJob(caller, request)).toMatchObject({ id: 'lost-1', status: 'COMPLETE', name })
    expect(await stored.find('tenant-1', ['lost-1'])).toHaveLength(1)
    expect(sent).toHaveLength(1)
  })

  test('is the answer, where its event came before the request was lost', async () => {
    let tell: (name: string) => Promise<unknown> = () => Promise.resolve()
    const { submitJob, receiveEvent } = await setUp({
      createImage: async (_apiKey, { name }) => {
        await tell(name)
        throw new SubmissionUnknown()
      },
    })
    tell = (name) => receiveEvent(aState('RENDERING', { id: 'early-1', name }))
    expect(await submitJob(caller, aRequest())).toMatchObject({ id: 'early-1', status: 'RENDERING' })
  })

  test('is found by name and time, once its own answer will not come any more', async () => {
    let tell: () => Promise<unknown> = () => Promise.resolve()
    const { submitJob, receiveEvent, clock } = await setUp({
      createImage: async () => {
        await tell()
        throw new SubmissionUnknown()
      },
    })
    const state = aState('COMPLETE', { id: 'named-1', name: 'Mug', createdAt: new Date(clock.now()) })
    tell = async () => expect(await receiveEvent(state)).toBe('KEPT')
    expect(await submitJob(caller, aRequest({ name: 'Mug' }))).toMatchObject({ id: 'named-1', status: 'COMPLETE' })
  })
})

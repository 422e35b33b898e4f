import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import type { TestApp } from '../support/app.ts'
import type { StubMagicHour } from '../support/stub-magic-hour.ts'

const projects = '/v1/image-projects'
const key = { authorization: 'Bearer mhk_test_alice' }
const remove = `mutation ($assets: RemoveBackgroundAssetsInput!) { removeBackground(assets: $assets) { id } }`
const variables = { assets: { imageFilePath: 'https://example.com/a.png' } }
const farFuture = '2999-01-01T00:00:00.000Z'

describe('deleteJob', () => {
  const deleteJob = (app: TestApp, id: string, headers = key) =>
    app.ask(
      'mutation ($id: ID!) { deleteJob(id: $id) { job { id status deleted downloads { url } } } }',
      { id },
      headers,
    )

  const finish = async ({ app, magicHour }: { app: TestApp; magicHour: StubMagicHour }) => {
    await app.ask(remove, variables, key)
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/r.png', expires_at: farFuture }] })
  }

  test('leaves the job visible as deleted, without links', async ({ app, magicHour }) => {
    await finish({ app, magicHour })
    const job = { id: 'project-1', status: 'COMPLETE', deleted: true, downloads: null }
    expect((await deleteJob(app, 'project-1')).data).toEqual({ deleteJob: { job } })
    const read = await app.ask('{ job(id: "project-1") { id status deleted downloads { url } } }', {}, key)
    expect(read.data).toEqual({ job })
  })

  test('twice deletes once', async ({ app, magicHour }) => {
    await finish({ app, magicHour })
    await deleteJob(app, 'project-1')
    expect((await deleteJob(app, 'project-1')).data).toMatchObject({ deleteJob: { job: { deleted: true } } })
    expect(magicHour.count('DELETE', projects)).toBe(1)
  })

  test('at Magic Hour itself makes the link of a dying one a thing that is not found', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    const soon = new Date(Date.now() + 600_000).toISOString()
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/r.png', expires_at: soon }] })
    await app.ask('{ job(id: "project-1", waitForSeconds: 20) { status } }', {}, key)
    magicHour.set('project-1', 'complete', { enabled: false })
    const { errors } = await app.ask('{ job(id: "project-1") { downloads { url } } }', {}, key)
    expect(errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', charged: 'NO' })
    expect(app.log.join('')).not.toContain('"level":50')
  })

  test('of an unfinished job is refused: it is no cancel', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    expect((await deleteJob(app, 'project-1')).errors[0]?.extensions).toMatchObject({ code: 'JOB_NOT_FINISHED' })
    expect(magicHour.count('DELETE', projects)).toBe(0)
  })

  test('never reaches a project of another tool', async ({ app, magicHour }) => {
    magicHour.set('a-face-swap', 'complete', { type: 'FACE_SWAP' })
    expect((await deleteJob(app, 'a-face-swap')).errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' })
    expect(magicHour.count('DELETE', projects)).toBe(0)
  })
})

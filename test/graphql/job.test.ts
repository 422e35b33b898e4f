import { describe, expect } from 'vitest'
import { test } from '../support/app-test.ts'
import { json } from '../support/stub-server.ts'

const create = '/v1/image-background-remover'
const projects = '/v1/image-projects'
const key = { authorization: 'Bearer mhk_test_alice' }
const otherKey = { authorization: 'Bearer mhk_test_bob' }
const image = 'https://example.com/a.png'
const remove = `mutation ($assets: RemoveBackgroundAssetsInput!, $name: String, $key: String, $wait: Int) {
  removeBackground(assets: $assets, name: $name, idempotencyKey: $key, waitForSeconds: $wait) {
    id name status creditsCharged frameCost createdAt finishedAt deleted imageCount
    downloads { url expiresAt } error { code message }
  }
}`
const variables = { assets: { imageFilePath: image } }
const farFuture = '2999-01-01T00:00:00.000Z'
/** Waits until the job is final. */
const finished = '{ job(id: "project-1", waitForSeconds: 20) { status creditsCharged downloads { url } } }'

describe('removeBackground', () => {
  test('costs one upstream call, whatever of the job is selected', async ({ app, magicHour }) => {
    const { data, errors } = await app.ask(remove, { ...variables, name: 'Mug' }, key)
    expect(errors).toEqual([])
    expect(data).toMatchObject({
      removeBackground: {
        id: 'project-1',
        name: 'Mug',
        status: 'QUEUED',
        creditsCharged: 5,
        frameCost: null,
        finishedAt: null,
        deleted: false,
        downloads: null,
        error: null,
      },
    })
    expect(magicHour.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([`POST ${create}`])
  })

  test('twice under one idempotency key is one job and one POST', async ({ app, magicHour }) => {
    const answers = await Promise.all([1, 2, 3].map(() => app.ask(remove, { ...variables, key: 'order-7' }, key)))
    const made = answers.map(({ data }) => data)
    expect(made).toMatchObject(made.map(() => ({ removeBackground: { id: 'project-1' } })))
    expect(magicHour.count('POST', create)).toBe(1)
  })

  test('again under its key comes with a link that works', async ({ app, magicHour }) => {
    await app.ask(remove, { ...variables, key: 'order-7' }, key)
    const soon = new Date(Date.now() + 600_000).toISOString()
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/old.png', expires_at: soon }] })
    await app.ask(finished, {}, key)
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/new.png', expires_at: farFuture }] })
    const { data } = await app.ask(remove, { ...variables, key: 'order-7' }, key)
    expect(data).toMatchObject({ removeBackground: { downloads: [{ url: 'https://s.example/new.png' }] } })
    expect(magicHour.count('POST', create)).toBe(1)
  })

  test('with a variable that is null where none may be says so, and that nothing was charged', async ({
    app,
    magicHour,
  }) => {
    const document = `mutation ($file: String = "https://example.com/a.png") {
      removeBackground(assets: { imageFilePath: $file }) { id }
    }`
    const { data, errors } = await app.ask(document, { file: null }, key)
    expect(data).toEqual({ removeBackground: null })
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', charged: 'NO' } }])
    expect(magicHour.requests).toEqual([])
  })

  test('under a used key with other arguments is a conflict', async ({ app, magicHour }) => {
    await app.ask(remove, { ...variables, key: 'order-7' }, key)
    const { errors } = await app.ask(remove, { ...variables, key: 'order-7', name: 'Mug' }, key)
    expect(errors[0]?.extensions).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', charged: 'NO', jobId: 'project-1' })
    expect(magicHour.count('POST', create)).toBe(1)
  })

  test('that waits answers with the finished job', async ({ app, magicHour }) => {
    const answer = app.ask(remove, { ...variables, wait: 20 }, key)
    await magicHour.received(1)
    magicHour.set('project-1', 'complete', {
      downloads: [{ url: 'https://s.example/r.png?sig=1', expires_at: farFuture }],
    })
    expect((await answer).data).toMatchObject({
      removeBackground: {
        status: 'COMPLETE',
        downloads: [{ url: 'https://s.example/r.png?sig=1', expiresAt: farFuture }],
      },
    })
    expect(magicHour.count('GET', projects)).toBe(1)
  })

  test('that waits for a job which fails answers with the failure as data, and the refund', async ({
    app,
    magicHour,
  }) => {
    const answer = app.ask(remove, { ...variables, wait: 20 }, key)
    await magicHour.received(1)
    magicHour.set('project-1', 'error', {
      credits_charged: 0,
      error: { code: 'content_policy_violation', message: 'Not this picture.' },
    })
    const { data, errors } = await answer
    expect(errors).toEqual([])
    expect(data).toMatchObject({
      removeBackground: {
        status: 'ERROR',
        creditsCharged: 0,
        error: { code: 'content_policy_violation', message: 'Not this picture.' },
      },
    })
  })

  test('under several aliases loses no paid job when one of them fails', async ({ app, magicHour }) => {
    magicHour.failNextCreate(json(402, { message: 'Payment required' }))
    const { data, errors } = await app.ask(
      `mutation ($a: RemoveBackgroundAssetsInput!) { one: removeBackground(assets: $a) { id } two: removeBackground(assets: $a) { id } }`,
      { a: variables.assets },
      key,
    )
    expect(data).toEqual({ one: null, two: { id: 'project-1' } })
    expect(errors.map(({ path }) => path)).toEqual([['one']])
  })

  test.for([
    [{ assets: { imageFilePath: 'https://example.com/a.gif' } }, 'assets.imageFilePath'],
    [{ assets: { imageFilePath: image, backgroundImageFilePath: 'nowhere' } }, 'assets.backgroundImageFilePath'],
    [{ ...variables, name: '' }, 'name'],
    [{ ...variables, name: 'x'.repeat(256) }, 'name'],
    [{ ...variables, name: 'two\nlines' }, 'name'],
    [{ ...variables, key: 'with blanks' }, 'idempotencyKey'],
    [{ ...variables, key: '' }, 'idempotencyKey'],
    [{ ...variables, wait: 61 }, 'waitForSeconds'],
    [{ ...variables, wait: -1 }, 'waitForSeconds'],
  ] as const)('with %o names the argument %s and sends nothing', async ([wrong, argument], { app, magicHour }) => {
    const { data, errors } = await app.ask(remove, wrong, key)
    expect(data).toEqual({ removeBackground: null })
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', retryable: false, charged: 'NO', argument })
    expect(errors[0]?.message.startsWith(`${argument}: `)).toBe(true)
    expect(magicHour.requests).toEqual([])
  })

  test('says what Magic Hour refused, in its own words', async ({ app, magicHour }) => {
    magicHour.failNextCreate(json(422, { code: 'unprocessable_entity', message: 'Unable to create image' }))
    const { errors } = await app.ask(remove, variables, key)
    expect(errors[0]).toMatchObject({
      message: 'Unable to create image',
      extensions: {
        code: 'UNPROCESSABLE',
        retryable: false,
        charged: 'NO',
        upstream: { status: 422, code: 'unprocessable_entity', message: 'Unable to create image' },
      },
    })
  })

  test('that is throttled says how long to wait', async ({ app, magicHour }) => {
    magicHour.failNextCreate(json(429, { message: 'Slow down' }, { 'retry-after': '3600' }))
    const { errors } = await app.ask(remove, variables, key)
    expect(errors[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      retryAfterSeconds: 3600,
      charged: 'NO',
    })
  })

  test('whose outcome is not known says so for ever under its key, and sends nothing more', async ({
    app,
    magicHour,
  }) => {
    magicHour.failNextCreate((response) => response.destroy())
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { errors } = await app.ask(remove, { ...variables, name: 'Mug', key: 'order-8' }, key)
      expect(errors[0]?.extensions).toEqual({
        code: 'SUBMISSION_UNKNOWN',
        retryable: false,
        charged: 'UNKNOWN',
        submissionName: 'Mug',
      })
    }
    expect(magicHour.count('POST', create)).toBe(1)
  })
})

describe('job', () => {
  test('asked ten times in one request is looked up once', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    magicHour.set('project-1', 'complete')
    const fields = Array.from(
      { length: 5 },
      (_, n) => `j${n}: job(id: "project-1", waitForSeconds: 20) { id } n${n}: node(id: "project-1") { id }`,
    )
    const { data } = await app.ask(`{ ${fields.join(' ')} }`, {}, key)
    expect(Object.keys(data ?? {})).toHaveLength(10)
    expect(magicHour.count('GET', projects)).toBe(1)
  })

  test('costs nothing when only the status of one with a dying link is asked for', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    const soon = new Date(Date.now() + 600_000).toISOString()
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/old.png', expires_at: soon }] })
    await app.ask('{ job(id: "project-1", waitForSeconds: 20) { status } }', {}, key)
    await app.ask('{ job(id: "project-1") { status creditsCharged } }', {}, key)
    expect(magicHour.count('GET', projects)).toBe(1)
  })

  test('that is finished is not looked up again', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/r.png', expires_at: farFuture }] })
    await app.ask(finished, {}, key)
    const { data } = await app.ask(finished, {}, key)
    expect(data).toMatchObject({ job: { status: 'COMPLETE', downloads: [{ url: 'https://s.example/r.png' }] } })
    expect(magicHour.count('GET', projects)).toBe(1)
  })

  test('that nobody follows is looked up by who reads it, once it is due', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    expect(magicHour.count('GET', projects)).toBe(0)
    const read = async (): Promise<unknown> => (await app.ask('{ job(id: "project-1") { status } }', {}, key)).data
    magicHour.set('project-1', 'complete')
    await expect.poll(read, { interval: 5 }).toEqual({ job: { status: 'COMPLETE' } })
    expect(magicHour.count('GET', projects)).toBe(1)
  })

  test('that failed and was refunded is not looked up again', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    magicHour.set('project-1', 'error', { credits_charged: 0 })
    for (let time = 0; time < 3; time += 1)
      expect((await app.ask(finished, {}, key)).data).toMatchObject({ job: { status: 'ERROR', creditsCharged: 0 } })
    expect(magicHour.count('GET', projects)).toBe(1)
  })

  test('whose link is about to die comes with a fresh one', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    const soon = new Date(Date.now() + 600_000).toISOString()
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/old.png', expires_at: soon }] })
    await app.ask('{ job(id: "project-1", waitForSeconds: 20) { status } }', {}, key)
    magicHour.set('project-1', 'complete', { downloads: [{ url: 'https://s.example/new.png', expires_at: farFuture }] })
    const { data } = await app.ask('{ job(id: "project-1") { downloads { url } } }', {}, key)
    expect(data).toEqual({ job: { downloads: [{ url: 'https://s.example/new.png' }] } })
  })

  test('hands a signed link on byte for byte', async ({ app, magicHour }) => {
    const url = "https://S.example:443/a%2fb/ü'c.png?X-Sig=A%2bb|c'd&e={f}"
    await app.ask(remove, variables, key)
    magicHour.set('project-1', 'complete', { downloads: [{ url, expires_at: farFuture }] })
    const { data } = await app.ask('{ job(id: "project-1", waitForSeconds: 20) { downloads { url } } }', {}, key)
    expect(data).toEqual({ job: { downloads: [{ url }] } })
  })

  test('of another caller is null, and is theirs still', async ({ app, magicHour }) => {
    await app.ask(remove, variables, key)
    magicHour.hideProjectsFrom(otherKey.authorization)
    expect((await app.ask('{ job(id: "project-1") { id } }', {}, otherKey)).data).toEqual({ job: null })
    expect((await app.ask('{ job(id: "project-1") { id } }', {}, key)).data).toEqual({ job: { id: 'project-1' } })
  })

  test('made without us is found under the key that paid for it', async ({ app, magicHour }) => {
    magicHour.set('made-elsewhere', 'complete', {
      downloads: [{ url: 'https://s.example/r.png', expires_at: farFuture }],
    })
    const { data } = await app.ask('{ job(id: "made-elsewhere") { status creditsCharged createdAt } }', {}, key)
    expect(data).toEqual({
      job: { status: 'COMPLETE', creditsCharged: 5, createdAt: '2026-01-01T00:00:00.000Z' },
    })
  })

  test('of another tool on the account is none of ours', async ({ app, magicHour }) => {
    magicHour.set('a-face-swap', 'complete', { type: 'FACE_SWAP' })
    expect((await app.ask('{ job(id: "a-face-swap") { id } }', {}, key)).data).toEqual({ job: null })
  })

  test('that Magic Hour does not know is null, without an error', async ({ app }) => {
    const { data, errors } = await app.ask('{ job(id: "nowhere") { id } }', {}, key)
    expect([data, errors]).toEqual([{ job: null }, []])
  })

  test.for(['a/b', '..', 'a?b'])(
    '«%s» is refused as an id, without an upstream call',
    async (id, { app, magicHour }) => {
      const { errors } = await app.ask('query ($id: ID!) { job(id: $id) { id } }', { id }, key)
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'id' })
      expect(magicHour.requests).toEqual([])
    },
  )
})

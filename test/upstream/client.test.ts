import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/domain/secret.ts'
import { linkSeal } from '../../src/ledger/link-seal.ts'
import { parseJson } from '../../src/upstream/wire.ts'
import { startClient } from '../support/client.ts'
import { type Respond, inTurn, json, startStub } from '../support/stub-server.ts'

const apiKey = new Secret('mhk_test_client')
const request = { imageFilePath: 'api-assets/a/1.png', backgroundImageFilePath: null, name: 'Mug' }

const raw =
  (status: number, body: string, headers: Record<string, string | number> = {}): Respond =>
  (response) =>
    response.writeHead(status, headers).end(body)

describe('what goes over the wire', () => {
  test('a create says what was asked and nothing else', async () => {
    await using setup = await startClient(json(200, { id: 'p', credits_charged: 5 }))
    await setup.client.createImage(apiKey, { ...request, backgroundImageFilePath: 'api-assets/a/2.png', name: 'Mug' })
    const [sent] = setup.server.requests
    expect({ ...sent, headers: null, body: parseJson(sent?.body ?? '') }).toEqual({
      method: 'POST',
      path: '/v1/image-background-remover',
      headers: null,
      body: {
        name: 'Mug',
        assets: { image_file_path: 'api-assets/a/1.png', background_image_file_path: 'api-assets/a/2.png' },
      },
    })
    expect(sent?.headers.authorization).toBe('Bearer mhk_test_client')
  })

  test('a create without a background leaves it out', async () => {
    await using setup = await startClient(json(200, { id: 'p', credits_charged: 5 }))
    await setup.client.createImage(apiKey, request)
    expect(parseJson(setup.server.requests[0]?.body ?? '')).toEqual({
      name: 'Mug',
      assets: { image_file_path: 'api-assets/a/1.png' },
    })
  })

  test('a path in the base address is kept as a prefix', async () => {
    await using setup = await startClient(json(200, { id: 'a', credits: 3 }), '/proxy/')
    await setup.client.getAccount(apiKey)
    expect(setup.server.requests[0]?.path).toBe('/proxy/v1/account')
  })

  test('an id is encoded in the path', async () => {
    await using setup = await startClient(json(200, { id: 'a b%ü', status: 'queued' }))
    await setup.client.getImageDetails(apiKey, 'a%ü').catch(() => null)
    expect(setup.server.requests[0]?.path).toBe('/v1/image-projects/a%25%C3%BC')
  })

  test.for(['../account', '..', 'a/b', 'a?b', 'a#b', 'a\\b', ''])('the id «%s» is never sent', async (id) => {
    await using setup = await startClient(json(200, {}))
    await expect(setup.client.deleteImage(apiKey, id)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    expect(setup.server.requests).toHaveLength(0)
  })

  test('a redirect is not followed, so the key goes nowhere else', async () => {
    await using elsewhere = await startStub(json(200, { id: 'a', credits: 1 }))
    await using setup = await startClient(json(302, {}, { location: `${elsewhere.url.href}v1/account` }))
    await expect(setup.client.getAccount(apiKey)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect(elsewhere.requests).toHaveLength(0)
  })
})

describe('the answer to a create', () => {
  test.for([
    ['a bare id', '{"id":"p1"}', { id: 'p1', creditsCharged: 5, frameCost: null }],
    ['only the old name of the cost', '{"id":"p1","frame_cost":7}', { id: 'p1', creditsCharged: 7, frameCost: 7 }],
    ['numbers as texts', '{"id":"p1","credits_charged":"5"}', { id: 'p1', creditsCharged: 5, frameCost: null }],
    ['a number as id', '{"id":17,"credits_charged":5}', { id: '17', creditsCharged: 5, frameCost: null }],
    [
      'nonsense beside the id',
      '{"id":"p1","credits_charged":[],"frame_cost":{}}',
      { id: 'p1', creditsCharged: 5, frameCost: null },
    ],
    [
      'fields nobody knows',
      '{"new":1,"id":"p1","credits_charged":5}',
      { id: 'p1', creditsCharged: 5, frameCost: null },
    ],
    [
      'more credits than GraphQL can say',
      '{"id":"p1","credits_charged":3000000000,"frame_cost":"3000000000"}',
      { id: 'p1', creditsCharged: 5, frameCost: null },
    ],
    ['a text cut off after the id', '{"id":"p1","credits_ch', { id: 'p1', creditsCharged: 5, frameCost: null }],
  ] as const)('is kept for its id when it holds %s', async ([, body, expected]) => {
    await using setup = await startClient(raw(200, body))
    expect(await setup.client.createImage(apiKey, request)).toEqual(expected)
  })

  test('is kept for its id when the connection breaks within it', async () => {
    await using setup = await startClient((response) => {
      response
        .writeHead(200, { 'content-length': 500 })
        .write('{"id":"p1","credits_charged":5,', () => response.destroy())
    })
    expect(await setup.client.createImage(apiKey, request)).toMatchObject({ id: 'p1' })
  })

  test('is kept for its id when it is a 201', async () => {
    await using setup = await startClient(json(201, { id: 'p1', credits_charged: 5 }))
    expect(await setup.client.createImage(apiKey, request)).toMatchObject({ id: 'p1' })
  })

  test('that never ends is given up, and its outcome is unknown', async () => {
    await using setup = await startClient((response) => {
      const more = (): void => void response.write('x'.repeat(65_536), (error) => (error ? undefined : more()))
      response.writeHead(200)
      more()
    })
    await expect(setup.client.createImage(apiKey, request)).rejects.toMatchObject({ code: 'SUBMISSION_UNKNOWN' })
  })
})

describe('the answer to a look-up', () => {
  const lookUp = async (body: unknown) => {
    await using setup = await startClient(json(200, body))
    return await setup.client.getImageDetails(apiKey, 'p1')
  }

  test('is read in full', async () => {
    const url = "https://s.example/a%2fb.png?sig=A'|b"
    expect(
      await lookUp({
        id: 'p1',
        name: 'Mug',
        status: 'complete',
        image_count: 1,
        type: 'BACKGROUND_REMOVER',
        created_at: '2026-01-01T00:00:00Z',
        enabled: true,
        credits_charged: 5,
        total_frame_cost: 5,
        downloads: [{ url, expires_at: '2026-01-02T00:00:00Z' }],
        error: null,
      }),
    ).toEqual({
      id: 'p1',
      status: 'COMPLETE',
      type: 'BACKGROUND_REMOVER',
      name: 'Mug',
      imageCount: 1,
      createdAt: new Date('2026-01-01T00:00:00Z'),
      deleted: false,
      creditsCharged: 5,
      frameCost: 5,
      downloads: [{ sealedUrl: linkSeal.seal(apiKey, url), expiresAt: new Date('2026-01-02T00:00:00Z') }],
      failure: null,
    })
  })

  test('with a status nobody knows is no news', async () => {
    expect(await lookUp({ id: 'p1', status: 'paused' })).toMatchObject({ status: null })
  })

  test('loses only the links that are broken', async () => {
    const state = await lookUp({
      id: 'p1',
      status: 'complete',
      downloads: [
        null,
        { url: 'not a url' },
        { url: 'javascript:alert(1)' },
        { url: 'https://s.example/a.png', expires_at: 'tomorrow' },
      ],
    })
    const [link, ...more] = state?.downloads ?? []
    expect(linkSeal.open(apiKey, link?.sealedUrl ?? '')).toBe('https://s.example/a.png')
    expect([link?.expiresAt, more]).toEqual([new Date('2026-01-01T00:00:00Z'), []])
  })

  test('that says enabled: false means deleted', async () => {
    expect(await lookUp({ id: 'p1', status: 'complete', enabled: false })).toMatchObject({ deleted: true })
  })

  test('that is a 404 in JSON means gone', async () => {
    await using setup = await startClient(json(404, { message: 'Not Found' }))
    expect(await setup.client.getImageDetails(apiKey, 'p1')).toBeNull()
  })

  test('that is a 404 page of a proxy says nothing about the project', async () => {
    await using setup = await startClient(raw(404, '<h1>404</h1>'))
    await expect(setup.client.getImageDetails(apiKey, 'p1')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })

  test.for([
    ['HTML', raw(502, '<html>Bad gateway</html>')],
    ['nothing', raw(500, '')],
    ['a list', raw(503, '[]')],
    ['null', raw(500, 'null')],
    ['bytes that are no text', raw(500, '\u0000\uFFFF')],
    ['more than it announced', raw(200, 'much too long', { 'content-length': 3 })],
  ] as const)('that is an error of %s becomes an error, not a crash', async ([, respond]) => {
    await using setup = await startClient(respond)
    await expect(setup.client.getImageDetails(apiKey, 'p1')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
  })
})

describe('the other calls', () => {
  test('upload places come in the order asked', async () => {
    const item = (n: number) => ({
      upload_url: `https://s.example/${n}?sig=1`,
      expires_at: '2026-01-01T01:00:00Z',
      file_path: `api-assets/${n}.png`,
    })
    await using setup = await startClient(json(200, { items: [item(1), item(2)] }))
    const tickets = await setup.client.generateUploadUrls(apiKey, ['png', 'jpg'])
    expect(tickets.map(({ filePath }) => filePath)).toEqual(['api-assets/1.png', 'api-assets/2.png'])
    expect(parseJson(setup.server.requests[0]?.body ?? '')).toEqual({
      items: [
        { type: 'image', extension: 'png' },
        { type: 'image', extension: 'jpg' },
      ],
    })
  })

  test('fewer upload places than asked for are not handed out', async () => {
    await using setup = await startClient(json(200, { items: [] }))
    await expect(setup.client.generateUploadUrls(apiKey, ['png'])).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
  })

  test('an upload place that is nowhere to send a file to is not handed out', async () => {
    const item = { upload_url: 'ftp://s.example/1', expires_at: '2026-01-01T01:00:00Z', file_path: 'api-assets/1.png' }
    await using setup = await startClient(json(200, { items: [item] }))
    await expect(setup.client.generateUploadUrls(apiKey, ['png'])).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
  })

  test('an upload place that does not say when it expires is not handed out', async () => {
    const item = { upload_url: 'https://s.example/1?sig=1', expires_at: null, file_path: 'api-assets/1.png' }
    await using setup = await startClient(json(200, { items: [item] }))
    await expect(setup.client.generateUploadUrls(apiKey, ['png'])).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
  })

  test('a server without the account call says so with a 404', async () => {
    await using setup = await startClient(raw(404, 'no such route'))
    expect(await setup.client.getAccount(apiKey)).toBeNull()
  })

  test('a plan nobody knows is no plan', async () => {
    await using setup = await startClient(json(200, { id: 'a', credits: 3, tier: 'galactic' }))
    expect(await setup.client.getAccount(apiKey)).toEqual({ id: 'a', credits: 3, tier: null })
  })

  test.for([
    ['204', inTurn((response) => response.writeHead(204).end())],
    ['404', json(404, { message: 'Not Found' })],
  ] as const)('a delete that is answered with %s is done', async ([, respond]) => {
    await using setup = await startClient(respond)
    await expect(setup.client.deleteImage(apiKey, 'p1')).resolves.toBeUndefined()
  })
})

describe('an error', () => {
  test('repeats what Magic Hour said, without the signature of a link in it', async () => {
    const message = 'Cannot fetch https://s.example/a.png?X-Sig=secret, sorry'
    await using setup = await startClient(json(422, { code: 'unprocessable_entity', message }))
    await expect(setup.client.createImage(apiKey, request)).rejects.toMatchObject({
      message: 'Cannot fetch https://s.example/a.png?… sorry',
      upstream: { status: 422, code: 'unprocessable_entity' },
    })
  })

  test('does not repeat the API key, even when Magic Hour does', async () => {
    await using setup = await startClient(json(401, { message: 'The key mhk_test_client is not valid' }))
    await expect(setup.client.getAccount(apiKey)).rejects.toMatchObject({
      upstream: { status: 401, message: 'The key [secret] is not valid' },
    })
  })

  test('never holds the API key', async () => {
    await using setup = await startClient(json(401, { message: 'Unauthorized' }))
    const error: unknown = await setup.client.getAccount(apiKey).catch((caught: unknown) => caught)
    expect(JSON.stringify(error) + String(error)).not.toContain('mhk_test_client')
  })

  test.for([
    ['text', String(apiKey)],
    ['JSON', JSON.stringify({ apiKey })],
  ] as const)('a key turned into %s stays a secret', ([, text]) => {
    expect(text).not.toContain('mhk_test_client')
  })
})

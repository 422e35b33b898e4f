import { hash } from 'node:crypto'
import { aPayload } from '../../test/support/webhook-event.ts'

/** What callers show, and what a server with its own Magic Hour key knows them by. No real key. */
export const gatewayKey = 'gateway_bench_0123456789abcdef'
/** The tenant of that key, as `GATEWAY_KEYS` has it. */
export const tenantName = 'bench'
/** Whose jobs they are in the ledger where the same key is passed through. */
export const passedThroughTenant = `key:${hash('sha256', gatewayKey)}`
/** The Magic Hour key of such a server. The stub takes any. */
export const serverKey = 'mhk_bench_server'

/** A signed link of usual length. */
export const resultUrl = `https://storage.example/outputs/image-projects/0123456789abcdef/output.png?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=service%40project.iam.gserviceaccount.com&X-Goog-Date=20260101T000000Z&X-Goog-Expires=86400&X-Goog-SignedHeaders=host&X-Goog-Signature=${'0123456789abcdef'.repeat(16)}`

/** What Magic Hour says of a job, in an answer and in an event alike. */
export const projectOf = (id: string, status: string, createdAt: string) =>
  aPayload(id, status, {
    name: 'A mug',
    created_at: createdAt,
    downloads: status === 'complete' ? [{ url: resultUrl, expires_at: '2099-01-01T00:00:00Z' }] : [],
  })

/** Has one job made. */
export const createBody = (idempotencyKey: string | null): string =>
  JSON.stringify({
    query:
      'mutation Remove($assets: RemoveBackgroundAssetsInput!, $name: String, $key: String) { removeBackground(assets: $assets, name: $name, idempotencyKey: $key) { id status creditsCharged } }',
    variables: { assets: { imageFilePath: 'https://example.com/mug.png' }, name: 'A mug', key: idempotencyKey },
  })

/** Follows one job to its end. */
export const watchDocument =
  'subscription Watch($id: ID!) { jobUpdated(id: $id) { id status creditsCharged downloads { url expiresAt } } }'

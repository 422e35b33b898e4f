import { expect, test } from 'vitest'
import { createCreateUploads } from '../../src/domain/create-uploads.ts'
import { InvalidArgument } from '../../src/domain/errors.ts'
import type { RelayTicket } from '../../src/domain/upload.ts'
import { aCaller } from '../support/builders.ts'
import { createTestClock } from '../support/test-clock.ts'

const files = [
  { extension: 'png', sizeBytes: 10 },
  { extension: 'jpg', sizeBytes: 20 },
]
const address = 'https://images.example'

/** Uploads whose places are good until then; a ticket is sealed to its number. */
const uploading = (expiresAt: string) => {
  const sealed: RelayTicket[] = []
  const asked: (readonly string[])[] = []
  const createUploads = createCreateUploads({
    magicHour: {
      generateUploadUrls: (_key, extensions) => {
        asked.push(extensions)
        return Promise.resolve(
          extensions.map((extension, index) => ({
            filePath: `api-assets/${index}.${extension}`,
            uploadUrl: `https://storage.example/${index}`,
            expiresAt: new Date(expiresAt),
          })),
        )
      },
    },
    tickets: { seal: (_key, ticket) => `sealed-${sealed.push(ticket)}` },
    clock: createTestClock(),
  })
  return { createUploads, sealed, asked }
}

test('a direct upload goes where Magic Hour says, for as long as it says', async () => {
  const { createUploads, sealed } = uploading('2026-01-02T00:00:00Z')
  expect(await createUploads(aCaller(), { via: 'DIRECT', files, address })).toEqual([
    { filePath: 'api-assets/0.png', uploadUrl: 'https://storage.example/0', expiresAt: new Date('2026-01-02') },
    { filePath: 'api-assets/1.jpg', uploadUrl: 'https://storage.example/1', expiresAt: new Date('2026-01-02') },
  ])
  expect(sealed).toEqual([])
})

test('a relayed upload goes to this server, with all that it may be sealed into its link', async () => {
  const { createUploads, sealed } = uploading('2026-01-02T00:00:00Z')
  const expiresAt = new Date('2026-01-01T00:15:00Z')
  expect(await createUploads(aCaller(), { via: 'RELAY', files, address })).toEqual([
    { filePath: 'api-assets/0.png', uploadUrl: 'https://images.example/uploads?ticket=sealed-1', expiresAt },
    { filePath: 'api-assets/1.jpg', uploadUrl: 'https://images.example/uploads?ticket=sealed-2', expiresAt },
  ])
  const tenant = aCaller().tenant
  expect(sealed).toEqual([
    { uploadUrl: 'https://storage.example/0', extension: 'png', sizeBytes: 10, tenant, expiresAt },
    { uploadUrl: 'https://storage.example/1', extension: 'jpg', sizeBytes: 20, tenant, expiresAt },
  ])
})

test('a relayed upload ends no later than its place at the storage', async () => {
  const { createUploads, sealed } = uploading('2026-01-01T00:05:00Z')
  const [first] = await createUploads(aCaller(), { via: 'RELAY', files, address })
  expect([first?.expiresAt, sealed[0]?.expiresAt]).toEqual([new Date('2026-01-01T00:05:00Z'), first?.expiresAt])
})

test('where there is no server of ours, a relayed upload is refused before Magic Hour is asked', async () => {
  const { createUploads, asked } = uploading('2026-01-02T00:00:00Z')
  await expect(createUploads(aCaller(), { via: 'RELAY', files, address: null })).rejects.toThrow(
    new InvalidArgument('via', 'nothing is relayed here: the API runs inside another server. Use DIRECT.'),
  )
  expect(asked).toEqual([])
  expect(await createUploads(aCaller(), { via: 'DIRECT', files, address: null })).toHaveLength(2)
})

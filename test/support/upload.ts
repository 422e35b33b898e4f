import { request } from 'undici'
import { z } from 'zod'
import type { TestApp } from './app.ts'

const tickets = z.object({ createUploads: z.array(z.object({ filePath: z.string(), uploadUrl: z.string() })) })

/** Asks for a place to upload a file of this kind and size to, through the server. Returns its link. */
export const relayedLink = async (
  app: Pick<TestApp, 'ask'>,
  file: { readonly extension: string; readonly sizeBytes: number },
  headers: Record<string, string> = {},
): Promise<string> => {
  const query =
    'mutation ($file: UploadFileInput!) { createUploads(files: [$file], via: RELAY) { filePath uploadUrl } }'
  const { data } = await app.ask(query, { file }, headers)
  return tickets.parse(data).createUploads[0]?.uploadUrl ?? ''
}

/** What an upload came to. */
export interface UploadAnswer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  /** The code of the error; null: there was none. */
  readonly code: string | null
  readonly text: string
}

/** Sends a file. */
export const put = async (
  url: string,
  content: Buffer,
  headers: Record<string, string> = {},
): Promise<UploadAnswer> => {
  const answer = await request(url, { method: 'PUT', body: content, headers })
  const text = await answer.body.text()
  return {
    status: answer.statusCode,
    headers: answer.headers,
    code: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? null,
    text,
  }
}

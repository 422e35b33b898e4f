import sharp from 'sharp'
import { expect, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import type { SandboxLimits } from '../../src/sandbox/limits.ts'
import { createSandbox } from '../../src/sandbox/sandbox.ts'
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts'

/** Vitest's placeholders are typed `any`; these are not. */
export const anyString: unknown = expect.any(String)
export const anyNumber: unknown = expect.any(Number)
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern)
export const containing = (part: string): unknown => expect.stringContaining(part)

/** A clock that moves only when it is told to. */
export interface ManualClock {
  now(): number
  advance(ms: number): void
}

export const createManualClock = (): ManualClock => {
  let nowMs = Date.parse('2026-08-01T12:00:00Z')
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms
    },
  }
}

/** A running sandbox that renders without delay, stopped when the test is over. */
export const startSandbox = async (
  options: Partial<SandboxOptions> = {},
  limits: Partial<SandboxLimits> = {},
): Promise<Sandbox> => {
  const sandbox = createSandbox({ renderMs: 0, ...options }, limits)
  onTestFinished(() => sandbox.stop())
  await sandbox.start()
  return sandbox
}

/** A red disc in the middle of a light grey picture. */
export const aPhoto = ({ width = 96, height = 64 } = {}): Promise<Buffer> => {
  const radius = Math.min(width, height) / 4
  const svg = `<svg width="${width}" height="${height}"><rect width="100%" height="100%" fill="#eeeeee"/>
    <circle cx="${width / 2}" cy="${height / 2}" r="${radius}" fill="#cc2222"/></svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 95 }).toBuffer()
}

/** Red, green, blue and alpha of one pixel. */
export const pixelOf = async (image: Buffer, x: number, y: number): Promise<number[]> => {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (y * info.width + x) * 4
  return [...data.subarray(at, at + 4)]
}

const ticketsBody = z.object({
  items: z.array(z.object({ upload_url: z.string(), expires_at: z.string(), file_path: z.string() })),
})
const createdBody = z.object({ id: z.string(), credits_charged: z.number() })
const projectBody = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  enabled: z.boolean(),
  credits_charged: z.number(),
  downloads: z.array(z.object({ url: z.string(), expires_at: z.string() })),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type ProjectBody = z.infer<typeof projectBody>

/** The calls of one account. */
export class Caller {
  readonly #sandbox: Sandbox
  readonly #key: string

  constructor(sandbox: Sandbox, key = 'key-of-a-test') {
    this.#sandbox = sandbox
    this.#key = key
  }

  fetch(
    path: string,
    { method = 'GET', body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
  ) {
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    return fetch(`${this.#sandbox.url}${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    })
  }

  /** The raw answer of a create; the image is a URL that a faulty create never fetches. */
  post(name?: string, imageFilePath = 'https://example.invalid/photo.jpg', signal?: AbortSignal): Promise<Response> {
    const body = { ...(name === undefined ? {} : { name }), assets: { image_file_path: imageFilePath } }
    return this.fetch('/v1/image-background-remover', { method: 'POST', body, ...(signal ? { signal } : {}) })
  }

  async create(imageFilePath: string, more: { name?: string; background?: string } = {}): Promise<string> {
    const response = await this.fetch('/v1/image-background-remover', {
      method: 'POST',
      body: {
        ...(more.name === undefined ? {} : { name: more.name }),
        assets: { image_file_path: imageFilePath, background_image_file_path: more.background },
      },
    })
    expect(response.status).toBe(200)
    return createdBody.parse(await response.json()).id
  }

  async ticket(extension = 'jpg'): Promise<{ url: string; path: string; expiresAt: string }> {
    const body = { items: [{ type: 'image', extension }] }
    const response = await this.fetch('/v1/files/upload-urls', { method: 'POST', body })
    const [item] = ticketsBody.parse(await response.json()).items
    return { url: item?.upload_url ?? '', path: item?.file_path ?? '', expiresAt: item?.expires_at ?? '' }
  }

  /** The `file_path` of an image that was uploaded. */
  async upload(content: Buffer, extension = 'jpg'): Promise<string> {
    const { url, path } = await this.ticket(extension)
    const response = await put(url, content)
    expect(response.status).toBe(200)
    return path
  }

  async project(id: string): Promise<ProjectBody> {
    return projectBody.parse(await (await this.fetch(`/v1/image-projects/${id}`)).json())
  }

  /** Asks until the project has one of its last statuses. */
  final(id: string): Promise<ProjectBody> {
    return vi.waitFor(
      async () => {
        const project = await this.project(id)
        expect(['complete', 'error', 'canceled']).toContain(project.status)
        return project
      },
      { timeout: 10_000, interval: 10 },
    )
  }

  async credits(): Promise<number> {
    return z.object({ credits: z.number() }).parse(await (await this.fetch('/v1/account')).json()).credits
  }
}

export const put = (url: string, content: Buffer, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'PUT', body: new Uint8Array(content), headers })

/** Bytes of what a link leads to. */
export const download = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer())

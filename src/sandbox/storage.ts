import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, rmSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from './byte-range.ts'
import { StorageFailure, fileTooLarge } from './failures.ts'
import { createShelf } from './shelf.ts'
import type { Shelf } from './shelf.ts'

interface StoredFile {
  readonly file: string
  readonly bytes: number
  /** null: an upload, which nobody can download. */
  readonly etag: string | null
  readonly keptUntilMs: number
}

/** How much the storage takes. */
export interface StorageOptions {
  maxFiles: number
  maxBytes: number
  maxUploadBytes: number
  now: () => number
}

/** The file storage behind the signed links: a temporary folder, and which path is which file in it. */
export class Storage {
  readonly #folder: string
  readonly #options: StorageOptions
  readonly #files: Shelf<StoredFile>

  private constructor(folder: string, options: StorageOptions) {
    this.#folder = folder
    this.#options = options
    this.#files = createShelf({
      maxItems: options.maxFiles,
      maxWeight: options.maxBytes,
      weigh: ({ bytes }) => bytes,
      onDrop: ({ file }) => rmSync(file, { force: true }),
    })
  }

  /** An empty storage in a new folder that only this user can read. */
  static async open(options: StorageOptions): Promise<Storage> {
    return new Storage(await mkdtemp(join(tmpdir(), 'magic-hour-sandbox-')), options)
  }

  /**
   * Streams an upload to disk; it appears under `path` only when it is whole.
   *
   * @param keptUntilMs  from this moment on the file is as good as gone
   * @throws StorageFailure when it is larger than `maxUploadBytes`, or ends too early; what the disk says when it is full
   */
  async receive(path: string, source: Readable, keptUntilMs: number): Promise<void> {
    const file = this.#newFile()
    const { maxUploadBytes } = this.#options
    let bytes = 0
    // What is too much is read and thrown away: a client that is still sending would not see an answer given earlier.
    const upToLimit = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (bytes <= maxUploadBytes) yield chunk
      }
    }
    try {
      await pipeline(source, upToLimit, createWriteStream(file))
    } catch (error) {
      await rm(file, { force: true })
      if (isDiskError(error)) throw error
      throw new StorageFailure(400, 'IncompleteBody', 'The upload ended before the whole file had come.')
    }
    if (bytes > maxUploadBytes) {
      await rm(file, { force: true })
      throw fileTooLarge(maxUploadBytes)
    }
    this.#files.put(path, { file, bytes, etag: null, keptUntilMs })
  }

  /** Keeps a rendered image for as long as there is room. */
  async write(path: string, content: Buffer): Promise<void> {
    const file = this.#newFile()
    await writeFile(file, content)
    // As Amazon S3 makes it of what was uploaded in one piece.
    const etag = `"${createHash('md5').update(content).digest('hex')}"`
    this.#files.put(path, { file, bytes: content.length, etag, keptUntilMs: Number.POSITIVE_INFINITY })
  }

  /** The whole file; null when there is none under this path, or none any more. */
  async read(path: string): Promise<Buffer | null> {
    const stored = this.#find(path)
    return stored === null ? null : await readFile(stored.file)
  }

  /** The file as a stream, for a download; null as with `read`. The stream holds nothing until `open` is called. */
  find(path: string): { bytes: number; etag: string | null; open: (part: ByteRange | null) => Readable } | null {
    const stored = this.#find(path)
    if (stored === null) return null
    const { file, bytes, etag } = stored
    return { bytes, etag, open: (part) => createReadStream(file, part ?? {}) }
  }

  /** Deletes the file; without effect when there is none. */
  remove(path: string): void {
    this.#files.remove(path)
  }

  /** Deletes the folder with all that is in it. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  #find(path: string): StoredFile | null {
    const stored = this.#files.get(path)
    if (stored === undefined) return null
    if (stored.keptUntilMs > this.#options.now()) return stored
    this.#files.remove(path)
    return null
  }

  // Never named after the path, which came over the wire.
  #newFile(): string {
    return join(this.#folder, randomUUID())
  }
}

// A full disk is the sandbox's fault and not the client's; what the socket says bears no such call.
const isDiskError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && (error.syscall === 'write' || error.syscall === 'open')

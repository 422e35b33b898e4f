import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

const compressible = /\.(js|css|html|svg)$/

/** A packet holds that much; smaller ones are no faster compressed. */
const minBytes = 1_000

/** From here on the best compression takes seconds, and the next best is hardly larger. */
const largeBytes = 300_000

/** Writes `.br` and `.gz` beside each text of a folder, so that nothing is compressed while somebody waits. */
export const precompress = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && compressible.test(entry.name))
  await Promise.all(files.map(({ parentPath, name }) => compress(join(parentPath, name))))
}

const compress = async (path: string): Promise<void> => {
  const text = await readFile(path)
  if (text.length < minBytes) return
  const quality = text.length < largeBytes ? constants.BROTLI_MAX_QUALITY : 7
  await Promise.all([
    writeFile(`${path}.br`, await brotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })),
    writeFile(`${path}.gz`, await zip(text, { level: 9 })),
  ])
}

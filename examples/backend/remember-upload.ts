import { readFile, rename, writeFile } from 'node:fs/promises'

/**
 * The path of an order's uploaded photo: the one that was kept, or a new one, kept before it is returned. A shop would keep it in
 * the order's row. Magic Hour keeps the photo for 7 days.
 */
export const rememberUpload = async (record: string, upload: () => Promise<string>): Promise<string> => {
  const kept = await readFile(record, 'utf8').catch(() => null)
  if (kept !== null) return kept
  const filePath = await upload()
  // Written whole or not at all.
  await writeFile(`${record}.new`, filePath)
  await rename(`${record}.new`, record)
  return filePath
}

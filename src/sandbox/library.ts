import { readFile } from 'node:fs/promises'

/** The pictures of the sandbox's library, by the `imageId` of their URL. Beside `src/` and, once built, beside `dist/`. */
const pictures: ReadonlyMap<string, URL> = new Map(
  ['mug', 'portrait', 'table'].map((name) => [name, new URL(`../../examples/photos/${name}.jpg`, import.meta.url)]),
)

/** The ids that the library knows. */
export const libraryImageIds: readonly string[] = [...pictures.keys()]

/** The bytes of a picture of the library; null when it has none of that id. */
export const readLibraryImage = async (imageId: string): Promise<Buffer | null> => {
  const picture = pictures.get(imageId)
  return picture === undefined ? null : await readFile(picture)
}

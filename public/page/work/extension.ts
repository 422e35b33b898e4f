/** What Magic Hour takes, as the schema says. */
export const extensions = ['png', 'jpg', 'jpeg', 'jfif', 'heic', 'heif', 'webp', 'avif', 'jp2', 'tiff', 'tif', 'bmp']

/** The extension of a name, in lower case and without the dot; null: it is none that Magic Hour takes. */
export const extensionOf = (name: string): string | null => {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return extensions.includes(extension) ? extension : null
}

/** What a file is called, without its extension, and without what cannot be seen. */
export const stemOf = (name: string): string =>
  name
    .replace(/\.[^.]+$/, '')
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()

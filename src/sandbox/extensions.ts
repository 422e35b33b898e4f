const extensionsByType = {
  image: ['png', 'jpg', 'jpeg', 'jfif', 'heic', 'heif', 'webp', 'avif', 'jp2', 'tiff', 'tif', 'bmp'],
  video: ['mp4', 'm4v', 'mov', 'webm'],
  audio: ['mp3', 'wav', 'aac', 'flac', 'webm', 'weba', 'm4a', 'opus', 'ogg', 'oga', 'aiff', 'amr'],
} as const satisfies Record<string, readonly string[]>

/** What an upload may be. Only images can be rendered here; the other two are taken because the endpoint takes them. */
export const assetTypes = ['image', 'video', 'audio'] as const

/** One of `assetTypes`. */
export type AssetType = (typeof assetTypes)[number]

/** Whether Magic Hour takes files of this extension (lower case, no dot) as that type. gif is no image to it. */
export const isExtensionOf = (type: AssetType, extension: string): boolean =>
  extensionsByType[type].some((known) => known === extension)

/** What upstream says of an extension that it does not take. */
export const unknownExtensionMessage = (type: AssetType, extension: string): string =>
  `'${extension}' is an invalid ${type} extension. Possible extensions are '${extensionsByType[type].join(', ')}'`

/** The extension of a path, lower case and without the dot; empty when it has none. */
export const extensionOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''

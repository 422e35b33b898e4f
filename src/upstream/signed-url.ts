/**
 * A signed link in the two parts that undici sends, byte for byte as it was given. Going through `URL` alone would encode
 * some characters anew, and the signature would no longer fit.
 *
 * @param link an http(s) URL
 */
export const signedUrlParts = (link: string): { readonly origin: string; readonly path: string } => {
  const [, path = ''] = /^[^:]+:\/\/[^/?#]*([^#]*)/.exec(link) ?? []
  return { origin: new URL(link).origin, path: path.startsWith('/') ? path : `/${path}` }
}

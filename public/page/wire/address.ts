/**
 * A link of the server, on the origin that the page itself came from: behind a proxy the server may know itself by another name.
 *
 * @param query what to add to its own query, each without a value where that is empty
 */
export const onThisOrigin = (link: string, query: readonly string[] = []): string => {
  const { pathname, searchParams } = new URL(link, location.origin)
  for (const name of query) searchParams.set(name, '')
  const search = searchParams.toString()
  return `${pathname}${search === '' ? '' : `?${search}`}`
}

/** Whether an address is a link into a Magic Hour library: its query names the image, and signs nothing. */
export const isLibraryLink = (address: string): boolean => {
  const { hostname, pathname } = new URL(address)
  return hostname === 'magichour.ai' && pathname === '/my-library'
}

/**
 * What is wrong with an image project id; null when nothing is.
 *
 * Magic Hour's ids are an open format, and they go into the path of a URL: what could leave the path segment is refused, the
 * rest is encoded.
 */
export const projectIdProblem = (id: string): string | null =>
  id.length > 0 && id.length <= 200 && !/[/\\?#\s\p{Cc}]/u.test(id) && !/^\.+$/.test(id)
    ? null
    : 'this is no image project id: use the `id` of a job.'

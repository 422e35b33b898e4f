/**
 * Copies a text. The clipboard is not there on a page that was opened by plain http from another machine; then the text is
 * selected, and the browser's old command tried.
 *
 * @returns whether it was copied
 */
export const copy = async (text: string, shown: HTMLElement | null): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    if (shown !== null) getSelection()?.selectAllChildren(shown)
    return document.execCommand('copy')
  }
}

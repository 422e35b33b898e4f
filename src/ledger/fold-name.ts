/**
 * A name as names are compared: without regard to case, in any script. In upper case, because what a lower-case letter looks like
 * depends on its neighbours (a sigma at the end of a word); composed, because a file name from macOS is not. JavaScript does it,
 * because the two databases would differ.
 */
export const foldName = (name: string): string => name.normalize('NFC').toUpperCase()

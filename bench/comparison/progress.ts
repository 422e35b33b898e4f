/** Makes what says on standard error how far a run is, with the minutes since it began. */
export const createTell = (): ((words: string) => void) => {
  const begun = performance.now()
  return (words) => {
    const minutes = ((performance.now() - begun) / 60_000).toFixed(1)
    process.stderr.write(`${minutes.padStart(5)} min  ${words}\n`)
  }
}

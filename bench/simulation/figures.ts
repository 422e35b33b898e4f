/** What became of one job. */
export interface Outcome {
  readonly renderMs: number
  /** GETs until it was seen final. */
  readonly gets: number
  /** From the moment it was final to the moment this was known. */
  readonly delayMs: number
}

/** What a way of looking jobs up costs. A relative delay is the delay over the render time of the same job. */
export interface Figures {
  readonly gets: number
  readonly meanRelative: number
  readonly medianRelative: number
  readonly meanMs: number
  readonly medianMs: number
}

/** The figures over all of these jobs. */
export const figuresOf = (outcomes: readonly Outcome[]): Figures => {
  const relative = outcomes.map(({ delayMs, renderMs }) => delayMs / renderMs)
  const delaysMs = outcomes.map(({ delayMs }) => delayMs)
  return {
    gets: meanOf(outcomes.map(({ gets }) => gets)),
    meanRelative: meanOf(relative),
    medianRelative: medianOf(relative),
    meanMs: meanOf(delaysMs),
    medianMs: medianOf(delaysMs),
  }
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const medianOf = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other).at(Math.floor(values.length / 2)) ?? 0

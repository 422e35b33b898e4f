/**
 * A value that must not be seen: printing, logging or serialising it gives a placeholder.
 *
 * Only `reveal()` returns it, so that every place that does can be found by its name.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself, for the one header it is meant for. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}

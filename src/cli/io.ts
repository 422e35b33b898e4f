/** What the commands read and write besides files and sockets. */
export interface Io {
  /** Results, and the log lines of a server. */
  readonly stdout: TextOutput
  /** Progress, warnings and failures. */
  readonly stderr: TextOutput
  readonly environment: Environment
}

/** Names and values of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A stream of text, a terminal or not. */
export interface TextOutput {
  write(text: string): unknown
  /** Calls when a write failed: without a listener, that ends the process. */
  on?(event: 'error', listener: (error: Error) => void): unknown
  /** true on a terminal. */
  readonly isTTY?: boolean
  /** Width of the terminal in characters. */
  readonly columns?: number
  /** Height of the terminal in lines. */
  readonly rows?: number
}

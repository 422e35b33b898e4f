/** How much the sandbox takes in and keeps. The tests make these small; nobody else changes them. */
export interface SandboxLimits {
  /** Size of one upload: the smallest of Magic Hour's plans, so that what passes here passes on each plan. */
  uploadBytes: number
  /** Size of an input that is fetched from a URL. */
  fetchBytes: number
  /** Time for fetching an input from a URL, redirects included. */
  fetchMs: number
  /** How long an upload or download link works. */
  linkMs: number
  /** How long an uploaded input is kept. */
  inputMs: number
  /** Uploads that one call may ask for. Magic Hour publishes no number. */
  uploadsPerCall: number
  /** Projects remembered; the oldest is forgotten first, with its image. */
  projects: number
  /** Uploads remembered, whether their bytes have come or not. */
  uploads: number
  /** Bytes kept on disk; the oldest file goes first. */
  storedBytes: number
  /** Accounts (keys) remembered. */
  accounts: number
  /** Images rendered at the same time. */
  rendersAtOnce: number
}

/** What `createSandbox` uses unless a test says otherwise. */
export const defaultLimits: Readonly<SandboxLimits> = {
  uploadBytes: 200 * 1024 * 1024,
  fetchBytes: 50 * 1024 * 1024,
  fetchMs: 15_000,
  linkMs: 24 * 60 * 60 * 1000,
  inputMs: 7 * 24 * 60 * 60 * 1000,
  uploadsPerCall: 100,
  projects: 1_000,
  uploads: 10_000,
  storedBytes: 2 * 1024 * 1024 * 1024,
  accounts: 10_000,
  rendersAtOnce: 2,
}

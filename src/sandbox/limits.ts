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
  /** A job with a render time shorter than this sends no `image.started`. */
  quickRenderMs: number
  /** How long the receiver of a webhook event may take to answer. */
  webhookAnswerMs: number
  /** The wait before an event that was not answered 2xx is sent again; it doubles each time. */
  webhookRetryMs: number
  /** How late the events of `sandbox:webhook-late` are. */
  webhookLateMs: number
  /** Events that may wait to be sent again; one more is given up. */
  webhooksWaiting: number
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
  quickRenderMs: 1_000,
  webhookAnswerMs: 10_000,
  webhookRetryMs: 1_000,
  webhookLateMs: 30_000,
  webhooksWaiting: 1_000,
}

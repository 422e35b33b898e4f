/** An answer that is not what the caller hoped for. */
export type WrongAnswer =
  | { readonly as: 'failure'; readonly status: number; readonly message: string; readonly code?: string }
  | { readonly as: 'throttled'; readonly status: 429 | 503; readonly retryAfter: 'none' | 'seconds' | 'date' }
  | { readonly as: 'html'; readonly status: number }
  | { readonly as: 'empty' | 'odd' | 'huge' | 'truncated' | 'reset' | 'hang' }

/** How the render goes instead. */
export interface RenderTwist {
  readonly renderMs?: number
  readonly linkMs?: number
  readonly ends?: { readonly status: 'canceled' } | { readonly status: 'error'; readonly code: string }
}

/** How the webhook events of a project can go instead, each under the magic name `webhook-<twist>`. */
export const webhookTwists = [
  'twice',
  'disorder',
  'lost',
  'late',
  'stale',
  'forged',
  'early',
  'foreign',
  'bare',
] as const

/** One of `webhookTwists`. */
export type WebhookTwist = (typeof webhookTwists)[number]

/** What a magic name does, by where it strikes. */
export type Fault =
  /** The create is refused or lost: no job is made and nothing is charged. `once`: the same name passes the next time. */
  | { readonly at: 'request'; readonly answer: WrongAnswer; readonly once: boolean }
  /** The job is made, charged and rendered, but its answer does not arrive as it should. */
  | { readonly at: 'answer'; readonly answer: WrongAnswer }
  /** The create is answered as ever; the render is different. */
  | { readonly at: 'render'; readonly twist: RenderTwist }
  /** Create and render are as ever; the events that tell of them are not. */
  | { readonly at: 'webhook'; readonly twist: WebhookTwist }

/** A project whose name begins so asks for a fault: `sandbox:<fault>`, or `sandbox:<fault> any text`. */
export const faultPrefix = 'sandbox:'

const refused: Record<string, WrongAnswer> = {
  '400': { as: 'failure', status: 400, message: 'The request is invalid' },
  '401': { as: 'failure', status: 401, message: 'Unauthorized' },
  '402': { as: 'failure', status: 402, message: 'The account has too few credits' },
  '402-subscription-required': {
    as: 'failure',
    status: 402,
    code: 'subscription_required',
    message: 'This needs a subscription',
  },
  '402-plan-upgrade-required': {
    as: 'failure',
    status: 402,
    code: 'plan_upgrade_required',
    message: 'This needs a higher plan',
  },
  '403': { as: 'failure', status: 403, message: 'Forbidden' },
  '404': { as: 'failure', status: 404, message: 'Not Found' },
  '422': { as: 'failure', status: 422, message: 'Unable to create image' },
  '429': { as: 'throttled', status: 429, retryAfter: 'none' },
  '429-retry-after': { as: 'throttled', status: 429, retryAfter: 'seconds' },
  '429-retry-after-date': { as: 'throttled', status: 429, retryAfter: 'date' },
  '500': { as: 'failure', status: 500, message: 'Internal server error' },
  '502': { as: 'html', status: 502 },
  '503': { as: 'throttled', status: 503, retryAfter: 'none' },
  '503-retry-after': { as: 'throttled', status: 503, retryAfter: 'seconds' },
  '503-retry-after-date': { as: 'throttled', status: 503, retryAfter: 'date' },
  '504': { as: 'html', status: 504 },
  'reset-before': { as: 'reset' },
  'hang-before': { as: 'hang' },
}

// Those a client may send again, because no job can have been made: with these a retry is seen to work.
const refusedOnce: ReadonlySet<string> = new Set([
  '429',
  '429-retry-after',
  '429-retry-after-date',
  '502',
  '503-retry-after',
  '503-retry-after-date',
])

const misanswered: Record<string, WrongAnswer> = {
  '500-made': { as: 'failure', status: 500, message: 'Internal server error' },
  '503-made': { as: 'throttled', status: 503, retryAfter: 'none' },
  '504-made': { as: 'html', status: 504 },
  reset: { as: 'reset' },
  hang: { as: 'hang' },
  html: { as: 'html', status: 200 },
  empty: { as: 'empty' },
  odd: { as: 'odd' },
  huge: { as: 'huge' },
  truncated: { as: 'truncated' },
}

const renderErrorCodes = [
  'invalid_file_format',
  'file_too_large',
  'insufficient_credits',
  'invalid_parameters',
  'content_policy_violation',
  'processing_timeout',
  'no_source_face',
  'unknown_error',
]

const twisted: Record<string, RenderTwist> = {
  slow: { renderMs: 60_000 },
  canceled: { ends: { status: 'canceled' } },
  'short-links': { linkMs: 10_000 },
  ...Object.fromEntries(
    renderErrorCodes.map((code) => [`error-${code}`, { ends: { status: 'error' as const, code } }]),
  ),
}

const rows = <T>(table: Record<string, T>, toFault: (value: T) => Fault): [string, Fault][] =>
  Object.entries(table).map(([name, value]) => [name, toFault(value)])

/** Each magic name without its prefix, and what it does. docs/sandbox.md has a row for each. */
export const faults: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ...rows(refused, (answer) => ({ at: 'request', answer, once: false })),
  ...rows(refused, (answer) => ({ at: 'request', answer, once: true }))
    .filter(([name]) => refusedOnce.has(name))
    .map(([name, fault]): [string, Fault] => [`${name}-once`, fault]),
  ...rows(misanswered, (answer) => ({ at: 'answer', answer })),
  ...rows(twisted, (twist) => ({ at: 'render', twist })),
  ...webhookTwists.map((twist): [string, Fault] => [`webhook-${twist}`, { at: 'webhook', twist }]),
])

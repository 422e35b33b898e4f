import type { WebhookTwist } from './faults.ts'
import { creditsPerImage } from './project.ts'
import type { Signing } from './webhook-sender.ts'
import type { ProjectBody } from './wire.ts'

/** What an account hears of its images. Of a canceled one it hears nothing more: upstream has no such event. */
export interface WebhookEvent {
  readonly type: 'image.started' | 'image.completed' | 'image.errored'
  readonly payload: ProjectBody
}

/** One delivery that an event leads to. */
export interface PlannedDelivery {
  readonly type: WebhookEvent['type']
  /** Whole, or with as little as the guides' examples show. */
  readonly payload: ProjectBody | Pick<ProjectBody, 'id' | 'name' | 'status'>
  readonly signing: Signing
  /** How long it is held back. */
  readonly afterMs: number
}

/** What a plan may be made of. */
export interface PlanParts {
  readonly lateMs: number
  readonly newId: () => string
}

/** Which deliveries an event leads to, in their order; none when it is lost, or comes later with another one. */
export const planDeliveries = (
  event: WebhookEvent,
  twist: WebhookTwist | null,
  { lateMs, newId }: PlanParts,
): PlannedDelivery[] => {
  const right = { ...event, signing: 'right', afterMs: 0 } as const
  const isLast = event.type !== 'image.started'
  switch (twist) {
    case null:
    case 'early':
      return [right]
    case 'twice':
      return [right, right]
    case 'disorder':
      return isLast ? [right, { ...right, ...startOf(event) }] : []
    case 'lost':
      return []
    case 'late':
      return [{ ...right, afterMs: lateMs }]
    case 'stale':
      return [{ ...right, signing: 'stale' }]
    case 'forged':
      return isLast ? [{ ...right, ...failureOf(event), signing: 'forged' }, right] : [right]
    case 'foreign':
      return isLast ? [{ ...right, ...foreignOf(event, newId()) }, right] : [right]
    case 'bare':
      return [{ ...right, payload: bareOf(event.payload) }]
    default:
      return twist satisfies never
  }
}

const charged = { credits_charged: creditsPerImage, total_frame_cost: creditsPerImage } as const
const refunded = { credits_charged: 0, total_frame_cost: 0 } as const

const startOf = ({ payload }: WebhookEvent): WebhookEvent => ({
  type: 'image.started',
  payload: { ...payload, ...charged, status: 'rendering', downloads: [], error: null },
})

const failureOf = ({ payload }: WebhookEvent): WebhookEvent => {
  const error = { code: 'unknown_error', message: 'This is forged: the job did not fail.' }
  return { type: 'image.errored', payload: { ...payload, ...refunded, status: 'error', downloads: [], error } }
}

const foreignOf = ({ payload }: WebhookEvent, id: string): WebhookEvent => {
  const name = `Face Swap - ${payload.created_at}`
  const of = { id, name, type: 'FACE_SWAP', status: 'complete', downloads: [], error: null } as const
  return { type: 'image.completed', payload: { ...payload, ...charged, ...of } }
}

const bareOf = ({ id, name, status }: ProjectBody): PlannedDelivery['payload'] => ({ id, name, status })

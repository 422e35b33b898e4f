import type { Account } from './accounts.ts'
import type { RenderTwist, WebhookTwist } from './faults.ts'
import type { ImageInput } from './image-input.ts'
import type { ProjectStatus, RenderProgress } from './project-status.ts'
import type { Outcome } from './renderer.ts'

/** One image project. */
export interface Project extends RenderProgress {
  readonly id: string
  readonly account: Account
  readonly name: string
  readonly outputPath: string
  /** How long its download links work. */
  readonly linkMs: number
  /** How its webhook events go instead; null as they should. */
  readonly webhookTwist: WebhookTwist | null
  status: ProjectStatus
  outcome: Outcome | null
  creditsCharged: number
  /** false once deleted. */
  enabled: boolean
  /** When the link handed out last ends; 0 before the first. */
  linkExpiresAtMs: number
}

/** What a project is made from. */
export interface ProjectRequest {
  readonly account: Account
  readonly name: string | undefined
  readonly image: ImageInput
  readonly background: ImageInput | null
  readonly twist: RenderTwist
  readonly webhookTwist: WebhookTwist | null
}

/** What an image costs. */
export const creditsPerImage = 5

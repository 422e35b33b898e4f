import type { SandboxLimits } from './limits.ts'
import { pause } from './pause.ts'
import type { ProjectStatus } from './project-status.ts'
import type { ViewProject } from './project-view.ts'
import type { Project } from './project.ts'
import type { ProjectAudience } from './projects.ts'
import { planDeliveries } from './webhook-plan.ts'
import type { PlannedDelivery, WebhookEvent } from './webhook-plan.ts'
import { createWebhookSender } from './webhook-sender.ts'
import type { WebhookTarget } from './webhook-sender.ts'

/** Tells the account's receiver what becomes of its projects. */
export interface Webhooks extends ProjectAudience {
  /** Resolves when each event of the project until now has been attempted once. Never rejects. */
  attempted: (project: Project) => Promise<void>
  /** Closes the connections. The signal must have been given before: it ends all that waits. */
  stop: () => Promise<void>
}

/** What the events are made with. */
export interface WebhooksNeeds {
  readonly target: WebhookTarget
  readonly limits: SandboxLimits
  readonly now: () => number
  readonly newId: () => string
  readonly view: ViewProject
  readonly stopping: AbortSignal
}

/** Webhooks of which nothing was sent yet. */
export const createWebhooks = (needs: WebhooksNeeds): Webhooks => {
  const { limits, newId, view, stopping } = needs
  const sender = createWebhookSender(needs)
  const parts = { lateMs: limits.webhookLateMs, newId }
  const attempts = new WeakMap<Project, Promise<void>>()
  const attempted = async (project: Project): Promise<void> => attempts.get(project)

  // One after the other, so that a fault's order can be relied on; only first attempts count, as a receiver that is down would stop it all.
  const queue = async (previous: Promise<void>, { afterMs, signing, ...event }: PlannedDelivery): Promise<void> => {
    const isDue = afterMs === 0 || pause(afterMs, stopping)
    await previous
    if (await isDue) await sender.deliver({ body: JSON.stringify(event), signing })
  }
  return {
    onChange: (project) => {
      const type = eventTypes[project.status]
      if (type === null || (type === 'image.started' && isQuick(project, limits))) return
      for (const planned of planDeliveries({ type, payload: view(project) }, project.webhookTwist, parts)) {
        attempts.set(project, queue(attempted(project), planned))
      }
    },
    wakeAfter: (ms, wake) => {
      void pause(ms, stopping).then((isDue) => {
        if (isDue) wake()
      })
    },
    attempted,
    stop: () => sender.stop(),
  }
}

const eventTypes: Record<ProjectStatus, WebhookEvent['type'] | null> = {
  queued: null,
  rendering: 'image.started',
  complete: 'image.completed',
  error: 'image.errored',
  canceled: null,
}

// By the time it was made to look: the real work is not over when this must be known.
const isQuick = ({ renderMs, webhookTwist }: Project, { quickRenderMs }: SandboxLimits): boolean =>
  renderMs < quickRenderMs && webhookTwist !== 'early'

import type { Account } from './accounts.ts'
import { ApiFailure } from './failures.ts'
import type { RenderTwist } from './faults.ts'
import type { ImageInput } from './image-input.ts'
import { isFinal, spreadRenderMs, statusAt } from './project-status.ts'
import type { ProjectStatus, RenderProgress } from './project-status.ts'
import type { Outcome, Render } from './renderer.ts'
import { createShelf } from './shelf.ts'
import type { Shelf } from './shelf.ts'

/** One image project. */
export interface Project extends RenderProgress {
  readonly id: string
  readonly account: Account
  readonly name: string
  readonly outputPath: string
  /** How long its download links work. */
  readonly linkMs: number
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
}

/** What the projects need around them. */
export interface ProjectNeeds {
  readonly now: () => number
  readonly newId: () => string
  readonly render: Render
  readonly removeOutput: (path: string) => void
  readonly renderMs: number
  readonly linkMs: number
  readonly maxProjects: number
}

const creditsPerImage = 5

/** All image projects, of all accounts. */
export class Projects {
  readonly #needs: ProjectNeeds
  readonly #shelf: Shelf<Project>
  #created = 0

  constructor(needs: ProjectNeeds) {
    this.#needs = needs
    this.#shelf = createShelf({ maxItems: needs.maxProjects, onDrop: (project) => this.delete(project) })
  }

  /**
   * Charges the account, makes the project and starts its render.
   *
   * @throws ApiFailure 402 when the account has too few credits
   */
  create(request: ProjectRequest): Project {
    const { account, twist } = request
    if (this.creditsOf(account) < creditsPerImage) {
      const message = `This needs ${creditsPerImage} credits and the account has ${account.credits}`
      throw new ApiFailure(402, message)
    }
    account.credits -= creditsPerImage
    const project = this.#newProject(request)
    this.#shelf.put(project.id, project)
    void this.#work(project, twist.ends === undefined ? this.#render(project, request) : asOutcome(twist.ends))
    return project
  }

  /** The account's project in its state of this moment; null when it has none of this id. */
  find(account: Account, id: string): Project | null {
    const project = this.#shelf.get(id)
    if (project === undefined || project.account !== account) return null
    this.#advance(project)
    return project
  }

  /** The account's credits at this moment, with what was refunded until now. */
  creditsOf(account: Account): number {
    for (const project of this.#shelf.items()) if (project.account === account) this.#advance(project)
    return account.credits
  }

  /** Deletes the image for good. It is no cancel: a render that goes on goes on, and stays paid. */
  delete(project: Project): void {
    project.enabled = false
    this.#needs.removeOutput(project.outputPath)
  }

  #newProject({ account, name, twist }: ProjectRequest): Project {
    const { now, newId, renderMs, linkMs } = this.#needs
    const id = newId()
    const createdAtMs = now()
    this.#created += 1
    return {
      id,
      account,
      name: name ?? `Background Remover - ${new Date(createdAtMs).toISOString()}`,
      outputPath: `${id}/output.png`,
      createdAtMs,
      renderMs: twist.renderMs ?? spreadRenderMs(renderMs, this.#created),
      linkMs: twist.linkMs ?? linkMs,
      status: 'queued',
      outcome: null,
      creditsCharged: creditsPerImage,
      enabled: true,
      linkExpiresAtMs: 0,
    }
  }

  #render({ outputPath }: Project, { image, background }: ProjectRequest): Promise<Outcome> {
    return this.#needs.render({ image, background, outputPath })
  }

  async #work(project: Project, outcome: Outcome | Promise<Outcome>): Promise<void> {
    project.outcome = await outcome
    // Deleted or forgotten while it was rendering: the image came too late to be wanted.
    if (!project.enabled) this.#needs.removeOutput(project.outputPath)
    this.#advance(project)
  }

  // Time alone changes a project, so it is brought up to date whenever somebody looks.
  #advance(project: Project): void {
    if (isFinal(project.status)) return
    const status = statusAt(project, this.#needs.now())
    if (status !== project.status) this.#change(project, status)
  }

  // The one place where a status changes: what an account is to hear of its projects (webhooks) belongs here.
  #change(project: Project, status: ProjectStatus): void {
    project.status = status
    if (status !== 'error') return
    project.account.credits += project.creditsCharged
    project.creditsCharged = 0
  }
}

const asOutcome = (ends: NonNullable<RenderTwist['ends']>): Outcome =>
  ends.status === 'canceled' ? ends : { ...ends, message: `The name of the project asked for ${ends.code}.` }

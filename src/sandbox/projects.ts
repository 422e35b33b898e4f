import type { Account } from './accounts.ts'
import { ApiFailure } from './failures.ts'
import type { RenderTwist } from './faults.ts'
import { isFinal, nextChangeAtMs, queuedMsOf, spreadRenderMs, statusAt } from './project-status.ts'
import type { ProjectStatus } from './project-status.ts'
import { creditsPerImage } from './project.ts'
import type { Project, ProjectRequest } from './project.ts'
import type { Outcome, Render } from './renderer.ts'
import { createShelf } from './shelf.ts'
import type { Shelf } from './shelf.ts'

/** What the projects need around them. */
export interface ProjectNeeds {
  readonly now: () => number
  readonly newId: () => string
  readonly render: Render
  readonly removeOutput: (path: string) => void
  readonly renderMs: number
  readonly linkMs: number
  readonly maxProjects: number
  /** Who is to hear of changes when they are due; null when nobody is, then a project changes when somebody looks. */
  readonly audience: ProjectAudience | null
}

/** Who hears of the projects without asking. */
export interface ProjectAudience {
  /** Called at each change of a status, while the project shows it. */
  readonly onChange: (project: Project) => void
  /** Calls `wake` once, later. */
  readonly wakeAfter: (ms: number, wake: () => void) => void
}

/** All image projects, of all accounts. */
export class Projects {
  readonly #needs: ProjectNeeds
  readonly #shelf: Shelf<Project>
  readonly #works = new WeakMap<Project, Promise<void>>()
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
    const outcome = twist.ends === undefined ? this.#render(project, request) : asOutcome(twist.ends)
    this.#works.set(project, this.#work(project, outcome))
    if (this.#needs.audience !== null) this.#drive(project, this.#needs.audience)
    return project
  }

  /** Resolves when the real work on the project is over; its render time may go on. */
  async worked(project: Project): Promise<void> {
    await this.#works.get(project)
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

  #newProject({ account, name, twist, webhookTwist }: ProjectRequest): Project {
    const { now, newId, linkMs } = this.#needs
    const id = newId()
    const createdAtMs = now()
    this.#created += 1
    const renderMs = twist.renderMs ?? spreadRenderMs(this.#needs.renderMs, this.#created)
    return {
      id,
      account,
      name: name ?? `Background Remover - ${new Date(createdAtMs).toISOString()}`,
      outputPath: `${id}/output.png`,
      createdAtMs,
      // An event before the create's answer needs a render that begins before it.
      queuedMs: webhookTwist === 'early' ? 0 : queuedMsOf(renderMs),
      renderMs,
      linkMs: twist.linkMs ?? linkMs,
      webhookTwist,
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

  #drive(project: Project, audience: ProjectAudience): void {
    this.#advance(project)
    const nowMs = this.#needs.now()
    const atMs = nextChangeAtMs(project, nowMs)
    if (atMs !== null) audience.wakeAfter(atMs - nowMs, () => this.#drive(project, audience))
  }

  // Time alone changes a project, so it is brought up to date whenever somebody looks.
  #advance(project: Project): void {
    if (isFinal(project.status)) return
    const status = statusAt(project, this.#needs.now())
    if (status === project.status) return
    // Whoever looks late finds the end at once; what is told of a project has its beginning all the same.
    if (project.status === 'queued' && status !== 'rendering') this.#change(project, 'rendering')
    this.#change(project, status)
  }

  // The one place where a status changes, so that nothing happens to a project unheard.
  #change(project: Project, status: ProjectStatus): void {
    project.status = status
    if (status === 'error') {
      project.account.credits += project.creditsCharged
      project.creditsCharged = 0
    }
    this.#needs.audience?.onChange(project)
  }
}

const asOutcome = (ends: NonNullable<RenderTwist['ends']>): Outcome =>
  ends.status === 'canceled' ? ends : { ...ends, message: `The name of the project asked for ${ends.code}.` }

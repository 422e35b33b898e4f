import type { Project } from './project.ts'
import type { SignedLinks } from './signed-links.ts'
import { projectBody } from './wire.ts'
import type { ProjectBody } from './wire.ts'

/** What links are made with. */
export interface ViewNeeds {
  readonly links: SignedLinks
  readonly now: () => number
  readonly publicUrl: () => string
}

/** Shows a project as a GET answers it, with links that work from now on. Webhook events carry the same. */
export type ViewProject = (project: Project) => ProjectBody

/** A view whose links begin with `publicUrl`. */
export const createProjectView =
  (needs: ViewNeeds): ViewProject =>
  (project) =>
    projectBody(project, downloadsOf(project, needs))

const downloadsOf = (project: Project, { links, now, publicUrl }: ViewNeeds): ProjectBody['downloads'] => {
  if (project.status !== 'complete' || !project.enabled) return []
  // The same link is handed out again until half of its life is over, as upstream's cache does: `expires_at` tells, not the time of the GET.
  if (project.linkExpiresAtMs - now() < project.linkMs / 2) project.linkExpiresAtMs = now() + project.linkMs
  const url = `${publicUrl()}${links.sign('GET', project.outputPath, project.linkExpiresAtMs)}`
  return [{ url, expires_at: new Date(project.linkExpiresAtMs).toISOString() }]
}

import { z } from 'zod'
import { assetTypes } from './extensions.ts'
import { ApiFailure } from './failures.ts'
import type { ProjectStatus } from './project-status.ts'
import type { Project } from './project.ts'

/** Body of `POST /v1/image-background-remover`. */
export const createBody = z.object({
  name: z.string().optional(),
  assets: z.object({ image_file_path: z.string(), background_image_file_path: z.string().optional() }),
})

/** Body of `POST /v1/files/upload-urls`. */
export const uploadUrlsBody = z.object({
  items: z.array(z.object({ type: z.enum(assetTypes), extension: z.string().regex(/^[a-z0-9]+$/) })).min(1),
})

/**
 * A request body of the shape asked for; fields that the shape does not name are left out.
 *
 * @throws ApiFailure 400, naming each field that is wrong
 */
export const parseBody = <T>(schema: z.ZodType<T>, body: unknown): T => {
  if (body === undefined || body === null) throw new ApiFailure(400, 'Missing request body')
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
  throw new ApiFailure(400, issues.join('; '))
}

/** What the create answers: no status, and the old name of the charge, which upstream's npm client insists on. */
export const createdBody = ({ id, creditsCharged }: Project) => ({
  id,
  credits_charged: creditsCharged,
  frame_cost: creditsCharged,
})

/** What `GET /v1/image-projects/{id}` answers. */
export interface ProjectBody {
  readonly id: string
  readonly name: string
  readonly status: ProjectStatus
  readonly image_count: number
  readonly type: string
  readonly created_at: string
  readonly enabled: boolean
  readonly credits_charged: number
  readonly total_frame_cost: number
  readonly downloads: readonly { readonly url: string; readonly expires_at: string }[]
  readonly error: { readonly code: string; readonly message: string } | null
}

/** A project in upstream's words; `downloads` as they are to be handed out. */
export const projectBody = (project: Project, downloads: ProjectBody['downloads']): ProjectBody => ({
  id: project.id,
  name: project.name,
  status: project.status,
  image_count: 1,
  type: 'BACKGROUND_REMOVER',
  created_at: new Date(project.createdAtMs).toISOString(),
  enabled: project.enabled,
  credits_charged: project.creditsCharged,
  total_frame_cost: project.creditsCharged,
  downloads,
  error: errorOf(project),
})

// The work may have failed before the render time is over; until then nobody is to know.
const errorOf = ({ status, outcome }: Project): ProjectBody['error'] =>
  status === 'error' && outcome?.status === 'error' ? { code: outcome.code, message: outcome.message } : null

import type { LinkSeal } from '../domain/ports.ts'
import { createTextSeal } from './text-seal.ts'

/** Seals the links to results. */
export const linkSeal: LinkSeal = createTextSeal('link')

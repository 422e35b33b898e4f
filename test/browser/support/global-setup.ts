import type { TestProject } from 'vitest/node'
import { ensureChromium } from '../../../scripts/find-chromium.ts'

/** Finds or installs Chromium, once for all files. */
export const setup = ({ provide }: TestProject): void => provide('chromium', ensureChromium())

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of a Chromium. */
    readonly chromium: string
  }
}

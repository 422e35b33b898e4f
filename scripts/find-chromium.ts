import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The path of a Chromium on this machine; null: there is none. `CHROMIUM` in the environment goes first. */
export const findChromium = (): string | null => {
  const { CHROMIUM, PATH = '' } = process.env
  const places = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...(CHROMIUM ? [CHROMIUM] : []), ...places, ...elsewhere].find(isProgram) ?? null
}

/**
 * The path of a Chromium, installed first where Debian's packages are to be had and this user may install them.
 *
 * @throws TypeError that says what to do
 */
export const ensureChromium = (): string => {
  const found = findChromium()
  if (found !== null) return found
  if (process.getuid?.() === 0 && isProgram('/usr/bin/apt-get')) {
    const apt = (...args: string[]) => execFileSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    apt('update')
    apt('install', '--yes', '--no-install-recommends', 'chromium', 'fonts-dejavu-core')
  }
  const installed = findChromium()
  if (installed !== null) return installed
  throw new TypeError(
    'There is no Chromium here. Install it («apt-get install chromium»), or set CHROMIUM to its path.',
  )
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

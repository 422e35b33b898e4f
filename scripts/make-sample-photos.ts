import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { develop, type Development } from './sample-photos/develop.ts'
import { mugScene } from './sample-photos/mug.ts'
import { render } from './sample-photos/path-tracer.ts'
import { portraitScene } from './sample-photos/portrait.ts'
import type { Scene } from './sample-photos/scene.ts'
import { tableScene } from './sample-photos/table.ts'

interface Photo {
  readonly name: string
  readonly scene: Scene
  readonly width: number
  readonly height: number
  readonly samples: number
  readonly development: Development
}

const photos: readonly Photo[] = [
  {
    name: 'mug',
    scene: mugScene,
    width: 1600,
    height: 1200,
    samples: 81,
    development: { exposure: 1.06, vignette: 0.22, noiseLevel: 1.6 },
  },
  {
    name: 'table',
    scene: tableScene,
    width: 1600,
    height: 1200,
    samples: 49,
    development: { exposure: 1.1, vignette: 0.25, noiseLevel: 1.4 },
  },
  {
    name: 'portrait',
    scene: portraitScene,
    width: 900,
    height: 1200,
    samples: 36,
    development: { exposure: 1, vignette: 0.2, noiseLevel: 1.6 },
  },
]

// node scripts/make-sample-photos.ts [--only mug] [--scale 0.25] [--samples 8] [--out examples/photos]
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scale: { type: 'string', default: '1' },
    samples: { type: 'string' },
    out: { type: 'string', default: 'examples/photos' },
  },
})

await mkdir(values.out, { recursive: true })
for (const photo of photos.filter(({ name }) => values.only === undefined || values.only === name)) {
  const startedAt = Date.now()
  const size = {
    width: Math.round(photo.width * Number(values.scale)),
    height: Math.round(photo.height * Number(values.scale)),
  }
  const picture = render(photo.scene, size, Number(values.samples ?? photo.samples))
  const path = `${values.out}/${photo.name}.jpg`
  await writeFile(path, await develop(picture, photo.development))
  console.log(`${path}: ${size.width} x ${size.height} in ${Math.round((Date.now() - startedAt) / 1000)} s`)
}

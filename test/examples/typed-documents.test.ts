import { fileURLToPath } from 'node:url'
import { generate } from '@graphql-codegen/cli'
import { expect, test } from 'vitest'
import config from '../../examples/typed-documents/codegen.ts'
import { startProgram } from '../cli/program.ts'
import { startApp } from '../support/app.ts'
import { uploadCup } from './cup.ts'

const folder = fileURLToPath(new URL('../../examples/typed-documents', import.meta.url))

test('the script with typed documents removes a background and lists the job', async () => {
  await using app = await startApp()
  await using program = startProgram(process.execPath, ['src/main.ts', await uploadCup(app)], {
    cwd: folder,
    env: { SERVER: `${app.url}/graphql` },
  })
  const { code, stdout } = await program.ended
  expect(code).toBe(0)
  const [id = ''] = stdout.split(' ')
  expect(stdout.split('\n')).toEqual([
    `${id} is COMPLETE, for 5 credits.`,
    expect.stringMatching(new RegExp(`^${id} of .*${app.url}/results/${id}/0`)),
    '',
  ])
})

test('documents are typed only where they fit the schema', async () => {
  const generateFor = (documents: string) => generate({ ...config, documents, cwd: folder, silent: true }, false)
  await expect(generateFor('query Jobs { jobs { nodes { id } } }')).resolves.not.toEqual([])
  await expect(generateFor('query Jobs { jobs { nodes { state } } }')).rejects.toThrow(
    'Cannot query field "state" on type "BackgroundRemovalJob"',
  )
})

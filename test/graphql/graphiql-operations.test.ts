import { readFileSync, readdirSync } from 'node:fs'
import { Kind, OperationTypeNode, getOperationAST, getVariableValues, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { firstOperation } from '../../src/graphql/landing-page.ts'
import { createSchema } from '../../src/graphql/schema.ts'
import { startApp } from '../support/app.ts'
import { outcomeOf, overWebSocket } from '../support/subscribe.ts'

const folder = new URL('../../public/graphiql/operations/', import.meta.url)
const files = readdirSync(folder)
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8')

const variablesIn = (file: string): Record<string, unknown> =>
  files.includes(file) ? z.record(z.string(), z.unknown()).parse(JSON.parse(read(file))) : {}

/** The operations that GraphiQL shows as its tabs. */
const tabs = files
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => ({ file, query: read(file), variables: variablesIn(file.replace('.graphql', '.json')) }))

const landingPage = [true, false].map((isSandbox) => {
  const { document, variables } = firstOperation(isSandbox)
  return { file: isSandbox ? 'Apollo Sandbox' : 'Apollo Sandbox before the real one', query: document, variables }
})

const schema = createSchema()

describe('an operation that the pages offer', () => {
  test.for([...tabs, ...landingPage])('fits the schema, and so do its variables: $file', ({ query, variables }) => {
    const document = parse(query)
    expect(validate(schema, document)).toEqual([])
    const first = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    expect(getVariableValues(schema, first?.variableDefinitions ?? [], variables)).not.toHaveProperty('errors')
  })

  // The landing page escapes of these characters only the first of each.
  test.for(landingPage)('cannot end the script that it stands in: $file', ({ query, variables }) => {
    expect(query + JSON.stringify(variables)).not.toMatch(/[<>&']/)
  })

  test('costs nothing before the real Magic Hour, when somebody just presses the button', () => {
    const document = parse(firstOperation(false).document)
    expect(getOperationAST(document)?.operation).toBe(OperationTypeNode.QUERY)
  })

  test('runs against the sandbox, one after the other, on the job that the first one makes', async () => {
    await using app = await startApp()
    using client = overWebSocket(app.url)
    const run = async (name: string, variables: Record<string, unknown> = {}): Promise<unknown> => {
      const tab = tabs.find(({ file }) => file === `${name}.graphql`)
      const given = { ...tab?.variables, ...variables }
      if (name === 'job-updated') return (await outcomeOf(client.iterate(tab?.query ?? '', given))).results.at(-1)
      const { data, errors } = await app.ask(tab?.query ?? '', given)
      expect(errors).toEqual([])
      return { data }
    }
    const made = await run('remove-background')
    expect(made).toMatchObject({ data: { removeBackground: { status: 'COMPLETE', creditsCharged: 5, error: null } } })
    const { id } = z.object({ data: z.object({ removeBackground: z.object({ id: z.string() }) }) }).parse(made)
      .data.removeBackground
    expect(await run('job', { id })).toMatchObject({ data: { job: { id, status: 'COMPLETE' } } })
    expect(await run('job-updated', { id })).toMatchObject({ data: { jobUpdated: { id, status: 'COMPLETE' } } })
    expect(await run('jobs')).toMatchObject({ data: { jobs: { nodes: [{ id }] } } })
    expect(await run('account')).toMatchObject({ data: { account: { credits: 995 } } })
    expect(await run('create-uploads')).toMatchObject({ data: { createUploads: [{}, {}] } })
    expect(await run('delete-job', { id })).toMatchObject({ data: { deleteJob: { job: { id, deleted: true } } } })
    expect(tabs).toHaveLength(7)
  })
})

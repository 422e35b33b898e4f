import { type GraphQLNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import { expect, test } from 'vitest'
import { errorCatalogue } from '../../src/graphql/error-catalogue.ts'
import { createSchema } from '../../src/graphql/schema.ts'

const schema = createSchema()
const ours = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
const builtIn = new Set(['String', 'Int', 'Boolean', 'ID', 'Float'])

/** Everything of a type that can carry a description, by its path. */
const parts = (type: GraphQLNamedType): [path: string, description: string | null | undefined][] => {
  const own: [string, string | null | undefined][] = [[type.name, type.description]]
  if (isEnumType(type)) return [...own, ...type.getValues().map((value) => part(type, value))]
  if (isInputObjectType(type)) return [...own, ...Object.values(type.getFields()).map((field) => part(type, field))]
  if (!isObjectType(type) && !isInterfaceType(type)) return own
  const fields = Object.values(type.getFields()).flatMap((field) => [
    part(type, field),
    ...field.args.map((argument) => part({ name: `${type.name}.${field.name}` }, argument)),
  ])
  return [...own, ...fields]
}
const part = (
  of: { name: string },
  { name, description }: { name: string; description?: string | null | undefined },
): [string, string | null | undefined] => [`${of.name}.${name}`, description]

test('every type, field, argument and value is described', () => {
  const bare = ours.filter(({ name }) => !builtIn.has(name)).flatMap(parts)
  expect(bare.length).toBeGreaterThan(80)
  expect(bare.filter(([, description]) => (description ?? '').length < 10)).toEqual([])
})

test('every code of the catalogue is a value of ErrorCode, and the other way round', () => {
  const type = schema.getType('ErrorCode')
  const values = isEnumType(type) ? type.getValues().map(({ name }) => name) : []
  expect(values.toSorted()).toEqual(Object.keys(errorCatalogue).toSorted())
})

test('root fields that can fail are nullable, so that one failure leaves the others standing', () => {
  const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}),
  )
  const nonNull = roots.filter(({ type }) => String(type).endsWith('!')).map(({ name }) => name)
  // Relay fixes the type of `nodes`; its entries are nullable.
  expect(nonNull).toEqual(['nodes'])
})

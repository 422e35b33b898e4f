import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

// Relay's compiler reads one file; the gateway's contract is several. Against a server that runs elsewhere, ask it by introspection.
const folder = new URL('../../schema/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'))
const text = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n')
writeFileSync(new URL('schema.graphql', import.meta.url), text)

import { existsSync } from 'node:fs'
import type { OutgoingHttpHeaders } from 'node:http'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { graphiqlPolicy, pagePolicy } from './content-security-policy.ts'
import { errorBody } from './refuse.ts'
import { securityHeaders } from './security-headers.ts'

/** Where `npm run build:pages` puts them: beside `src/` and, once built, beside the code itself. */
const builtPages = fileURLToPath(new URL('../../dist/pages/', import.meta.url))

interface PagesOptions {
  /** Whether `/` is the page to try it on. */
  readonly hasPage: boolean
  /** Whether `/graphiql` is GraphiQL. */
  readonly hasGraphiql: boolean
}

/** `/` and `/graphiql`: two static pages, and `/assets/`, the scripts and styles that they load, named by their content. */
export const registerPages = async (app: FastifyInstance, { hasPage, hasGraphiql }: PagesOptions): Promise<void> => {
  if (!hasPage && !hasGraphiql) return
  if (existsSync(builtPages)) {
    await app.register(fastifyStatic, {
      root: `${builtPages}assets`,
      prefix: '/assets/',
      immutable: true,
      maxAge: '365d',
      index: false,
      // What `scripts/precompress.ts` wrote beside each file; whoever accepts neither form gets the file itself.
      preCompressed: true,
    })
  }
  const [pageHeaders, graphiqlHeaders] = [securityHeaders(pagePolicy), securityHeaders(graphiqlPolicy)]
  if (hasPage) app.get('/', (_request, reply) => sendPage(reply, 'index.html', pageHeaders))
  if (hasGraphiql) app.get('/graphiql', (_request, reply) => sendPage(reply, 'graphiql/index.html', graphiqlHeaders))
}

const sendPage = (reply: FastifyReply, file: string, headers: OutgoingHttpHeaders): FastifyReply => {
  if (!existsSync(builtPages))
    return reply.code(404).send(errorBody('NOT_FOUND', 'The pages are not built. Run «npm run build:pages».'))
  return reply.headers(headers).sendFile(file, builtPages, { maxAge: 0, immutable: false })
}

import type { FastifyInstance } from 'fastify'

interface HealthOptions {
  readonly isStopping: () => boolean
  readonly isLedgerReachable: () => Promise<boolean>
}

/**
 * `/livez`: the process answers. `/readyz`: it takes new work; 503 once it is shutting down, and while its database cannot be
 * reached. Neither asks Magic Hour: its outage is no reason to restart or to drain this server.
 */
export const registerHealth = (app: FastifyInstance, { isStopping, isLedgerReachable }: HealthOptions): void => {
  app.get('/livez', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: 'stopping' })
    return (await isLedgerReachable()) ? { status: 'ok' } : reply.code(503).send({ status: 'no database' })
  })
}

import type { FastifyInstance } from 'fastify'

/**
 * `/livez`: the process answers. `/readyz`: it takes new work; 503 once it is shutting down. Neither asks Magic Hour: its
 * outage is no reason to restart or to drain this server.
 */
export const registerHealth = (app: FastifyInstance, isStopping: () => boolean): void => {
  app.get('/livez', () => ({ status: 'ok' }))
  app.get('/readyz', (_request, reply) =>
    isStopping() ? reply.code(503).send({ status: 'stopping' }) : reply.send({ status: 'ok' }),
  )
}

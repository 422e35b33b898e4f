import type { FastifyInstance } from 'fastify'

/** `/`: leads a person who opens the address to the landing page of `/graphql`, where there is one. */
export const registerHome = (app: FastifyInstance, hasLandingPage: boolean): void => {
  if (hasLandingPage) app.get('/', (_request, reply) => reply.redirect('/graphql'))
}

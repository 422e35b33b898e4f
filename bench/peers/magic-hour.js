import { GraphQLError } from 'graphql'
import { Pool } from 'undici'

/*
 * What Apollo, Yoga and Mercurius share, so that only the servers differ: the REST calls by undici, and two resolvers on top of
 * them as somebody writes them on the first day. The caller's key is passed through, as in the gateway.
 */

const upstream = new Pool(process.env.UPSTREAM_URL)

const call = async (method, path, { authorization, body = null }) => {
  const headers = { authorization, ...(body !== null && { 'content-type': 'application/json' }) }
  const answer = await upstream.request({ method, path, headers, body: body === null ? null : JSON.stringify(body) })
  if (answer.statusCode === 200) return answer.body.json()
  await answer.body.dump()
  throw new GraphQLError('Magic Hour refused the request.', { extensions: { status: answer.statusCode } })
}

const toJob = (project) => ({
  id: project.id,
  name: project.name,
  status: project.status.toUpperCase(),
  creditsCharged: project.credits_charged,
  createdAt: project.created_at,
  downloads: project.downloads.map(({ url, expires_at }) => ({ url, expiresAt: expires_at })),
  error: project.error,
})

/** The part of the gateway's contract that both workloads need. */
export const typeDefs = /* GraphQL */ `
  type Query {
    job(id: ID!): BackgroundRemovalJob
  }
  type Mutation {
    removeBackground(assets: RemoveBackgroundAssetsInput!, name: String): BackgroundRemovalJob
  }
  input RemoveBackgroundAssetsInput {
    imageFilePath: String!
    backgroundImageFilePath: String
  }
  enum JobStatus {
    DRAFT
    QUEUED
    RENDERING
    COMPLETE
    ERROR
    CANCELED
  }
  type BackgroundRemovalJob {
    id: ID!
    name: String
    status: JobStatus!
    creditsCharged: Int!
    createdAt: String
    downloads: [Download!]
    error: JobError
  }
  type Download {
    url: String!
    expiresAt: String!
  }
  type JobError {
    code: String!
    message: String!
  }
`

/** The context holds `authorization`, as the caller sent it. */
export const resolvers = {
  Query: {
    job: async (_root, { id }, { authorization }) =>
      toJob(await call('GET', `/v1/image-projects/${encodeURIComponent(id)}`, { authorization })),
  },
  Mutation: {
    removeBackground: async (_root, { assets, name }, { authorization }) => {
      const { id, credits_charged: creditsCharged } = await call('POST', '/v1/image-background-remover', {
        authorization,
        body: {
          assets: {
            image_file_path: assets.imageFilePath,
            background_image_file_path: assets.backgroundImageFilePath,
          },
          name,
        },
      })
      // The answer holds no status.
      return { id, name, status: 'QUEUED', creditsCharged }
    },
  },
}

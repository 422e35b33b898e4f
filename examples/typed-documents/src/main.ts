import { ask } from './ask.ts'
import { graphql } from './gql/gql.ts'

const removeBackground = graphql(`
  mutation RemoveBackground($imageFilePath: String!, $idempotencyKey: String!) {
    removeBackground(assets: { imageFilePath: $imageFilePath }, idempotencyKey: $idempotencyKey, waitForSeconds: 60) {
      id
      status
      creditsCharged
    }
  }
`)

const newestJobs = graphql(`
  query NewestJobs($first: Int!, $status: [JobStatus!]) {
    jobs(first: $first, filter: { status: $status }) {
      nodes {
        id
        createdAt
        downloads {
          permanentUrl
        }
      }
    }
  }
`)

const image = process.argv[2] ?? 'https://magichour.ai/my-library?imageId=mug'

const { removeBackground: job } = await ask(removeBackground, {
  imageFilePath: image,
  idempotencyKey: `typed-${image}`,
})
console.log(`${job?.id} is ${job?.status}, for ${job?.creditsCharged} credits.`)

const { jobs } = await ask(newestJobs, { first: 3, status: ['COMPLETE'] })
for (const { id, createdAt, downloads } of jobs?.nodes ?? [])
  console.log(`${id} of ${new Date(createdAt).toLocaleString()}: ${downloads?.[0]?.permanentUrl ?? 'no picture'}`)

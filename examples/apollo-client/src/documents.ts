import { graphql } from './gql/gql'

/** What a card shows of a job. */
export const jobCard = graphql(`
  fragment JobCard on BackgroundRemovalJob {
    id
    name
    status
    createdAt
    downloads {
      permanentUrl
    }
    error {
      message
    }
  }
`)

export const jobsQuery = graphql(`
  query Jobs($after: String) {
    jobs(first: 5, after: $after) {
      edges {
        cursor
        node {
          ...JobCard
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`)

export const createUpload = graphql(`
  mutation CreateUpload($extension: String!, $sizeBytes: Float!) {
    createUploads(files: [{ extension: $extension, sizeBytes: $sizeBytes }], via: RELAY) {
      filePath
      uploadUrl
    }
  }
`)

export const removeBackground = graphql(`
  mutation RemoveBackground($filePath: String!, $name: String!, $idempotencyKey: String!) {
    removeBackground(assets: { imageFilePath: $filePath }, name: $name, idempotencyKey: $idempotencyKey) {
      ...JobCard
    }
  }
`)

export const jobUpdated = graphql(`
  subscription JobUpdated($id: ID!) {
    jobUpdated(id: $id) {
      ...JobCard
    }
  }
`)

import type { ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default'

/** What the page of `/graphql` shows first. */
export interface FirstOperation {
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
}

const readAccount = `query Account {
  account {
    credits
    tier
  }
}
`

/** The page writes the document into a script: of «less than», «greater than», «and» and the quotation mark it escapes only the first. */
const removeBackground = `mutation RemoveBackground($assets: RemoveBackgroundAssetsInput!, $idempotencyKey: String) {
  removeBackground(assets: $assets, idempotencyKey: $idempotencyKey, waitForSeconds: 30) {
    id
    status
    creditsCharged
    downloads {
      url
      expiresAt
    }
    error {
      code
      message
    }
  }
}

subscription JobUpdated($id: ID!) {
  jobUpdated(id: $id) {
    status
    creditsCharged
  }
}

${readAccount}`

/** The sandbox charges nothing; before the real Magic Hour the first click must not cost anything either. */
export const firstOperation = (isSandbox: boolean): FirstOperation =>
  isSandbox
    ? {
        document: removeBackground,
        variables: {
          assets: { imageFilePath: 'https://magichour.ai/my-library?imageId=mug' },
          idempotencyKey: 'sandbox-1',
        },
      }
    : { document: readAccount, variables: {} }

/** Apollo Sandbox, for a browser that opens the endpoint. The page itself comes from Apollo's servers. */
export const apolloSandbox = (isSandbox: boolean): ApolloServerPlugin =>
  ApolloServerPluginLandingPageLocalDefault({
    ...firstOperation(isSandbox),
    embed: {
      runTelemetry: false,
      // The schema does not change while the server runs, and each look would be an operation in the log.
      initialState: { pollForSchemaUpdates: false },
    },
  })

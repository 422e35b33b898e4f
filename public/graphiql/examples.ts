import account from './operations/account.graphql?raw'
import createUploadsVariables from './operations/create-uploads.json?raw'
import createUploads from './operations/create-uploads.graphql?raw'
import deleteJobVariables from './operations/delete-job.json?raw'
import deleteJob from './operations/delete-job.graphql?raw'
import jobUpdatedVariables from './operations/job-updated.json?raw'
import jobUpdated from './operations/job-updated.graphql?raw'
import jobVariables from './operations/job.json?raw'
import job from './operations/job.graphql?raw'
import jobsVariables from './operations/jobs.json?raw'
import jobs from './operations/jobs.graphql?raw'
import removeBackgroundVariables from './operations/remove-background.json?raw'
import removeBackground from './operations/remove-background.graphql?raw'

/** An operation to try, as a tab of GraphiQL; its title is the operation's name. */
export interface Example {
  readonly query: string
  /** JSON. */
  readonly variables: string
}

/** The first one, which GraphiQL shows at the start. */
export const firstExample: Example = { query: removeBackground, variables: removeBackgroundVariables }

/** All of them, in the order of the tabs. */
export const examples: readonly Example[] = [
  firstExample,
  { query: jobUpdated, variables: jobUpdatedVariables },
  { query: job, variables: jobVariables },
  { query: jobs, variables: jobsVariables },
  { query: account, variables: '' },
  { query: createUploads, variables: createUploadsVariables },
  { query: deleteJob, variables: deleteJobVariables },
]

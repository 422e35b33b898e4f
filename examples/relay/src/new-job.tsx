import { useState, useTransition } from 'react'
import { ConnectionHandler, graphql } from 'react-relay'
import { ROOT_ID } from 'relay-runtime'
import type { newJobMutation } from './__generated__/newJobMutation.graphql'
import { type Problem, describeError } from './describe-error'
import { usePromisedMutation } from './use-promised-mutation'
import { useUpload } from './use-upload'

/** What is sent for one photo. It stays the same however often it is sent, its key above all: so it is one job, paid once. */
interface Order {
  readonly filePath: string
  readonly name: string
  readonly idempotencyKey: string
}

/** Takes a photo, uploads it and asks for its cut-out. */
export const NewJob = () => {
  const upload = useUpload()
  const send = usePromisedMutation<newJobMutation>(mutation)
  const [order, setOrder] = useState<Order | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isPending, startTransition] = useTransition()

  const run = (prepare: () => Promise<Order>): void =>
    startTransition(async () => {
      setProblem(null)
      try {
        const variables = await prepare()
        setOrder(variables)
        await send({ ...variables, connections: [jobs] })
      } catch (error) {
        setProblem(describeError(error))
      }
    })

  const pick = (photo: File): void => {
    setOrder(null)
    run(async () => ({ filePath: await upload(photo), name: photo.name, idempotencyKey: crypto.randomUUID() }))
  }

  return (
    <p>
      <label>
        Photo{' '}
        <input
          type="file"
          accept="image/*"
          disabled={isPending}
          onChange={({ target: { files } }) => files?.[0] && pick(files[0])}
        />
      </label>
      {isPending && ' Sending …'}
      {problem !== null && <span role="alert"> {problem.text} </span>}
      {problem?.canTryAgain && order !== null && <button onClick={() => run(async () => order)}>Try again</button>}
    </p>
  )
}

/** The list that a new job is put in front of: `@connection(key:)` in `job-list.tsx`. */
const jobs = ConnectionHandler.getConnectionID(ROOT_ID, 'jobList_jobs')

const mutation = graphql`
  mutation newJobMutation($filePath: String!, $name: String!, $idempotencyKey: String!, $connections: [ID!]!) {
    removeBackground(assets: { imageFilePath: $filePath }, name: $name, idempotencyKey: $idempotencyKey)
      @prependNode(connections: $connections, edgeTypeName: "BackgroundRemovalJobEdge") {
      id
      ...jobCard_job
    }
  }
`

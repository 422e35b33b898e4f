import { type GraphQLTaggedNode, useMutation } from 'react-relay'
import type { MutationParameters } from 'relay-runtime'

/** `useMutation` as a function that resolves to the answer, so that one step can wait for the one before. */
export const usePromisedMutation = <T extends MutationParameters>(
  mutation: GraphQLTaggedNode,
): ((variables: T['variables']) => Promise<T['response']>) => {
  const [commit] = useMutation<T>(mutation)
  return (variables) =>
    new Promise((resolve, reject) => {
      commit({ variables, onCompleted: resolve, onError: reject })
    })
}

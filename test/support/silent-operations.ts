import { OperationTypeNode, buildSchema, parse } from 'graphql'
import { OperationRefused, type Operations } from '../../src/graphql/operation.ts'

/** Each is a subscription of which nothing ever comes. */
export const silentOperations: Operations = {
  refuse: () => new OperationRefused({ errors: [] }),
  prepare: () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const done = ended.then((): IteratorReturnResult<void> => ({ done: true, value: undefined }))
    return {
      kind: OperationTypeNode.SUBSCRIPTION,
      args: { schema: buildSchema('type Query { a: Int }'), document: parse('{ a }') },
      ended,
      results: {
        next: () => done,
        return: () => {
          end()
          return done
        },
        [Symbol.asyncIterator]() {
          return this
        },
      },
    }
  },
}

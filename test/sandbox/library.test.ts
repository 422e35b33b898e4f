import { expect, test } from 'vitest'
import { libraryImageIds } from '../../src/sandbox/library.ts'
import { Caller, startSandbox } from './support.ts'

test.each(libraryImageIds)('the library picture «%s» is cut out without any upload or network', async (imageId) => {
  const caller = new Caller(await startSandbox())
  const { status } = await caller.final(await caller.create(`https://magichour.ai/my-library?imageId=${imageId}`))
  expect(status).toBe('complete')
})

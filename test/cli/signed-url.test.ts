import { expect, test } from 'vitest'
import { signedUrlParts } from '../../src/cli/signed-url.ts'

test.for([
  ['https://s.example/a/b.png?X-Sig=a%2Fb|c\'d"e', 'https://s.example', '/a/b.png?X-Sig=a%2Fb|c\'d"e'],
  ['http://127.0.0.1:4010/a/../b#part', 'http://127.0.0.1:4010', '/a/../b'],
  ['https://s.example?x=1', 'https://s.example', '/?x=1'],
  ['HTTPS://S.example:443', 'https://s.example', '/'],
])('%s is sent as it was given', ([link = '', origin, path]) => {
  expect(signedUrlParts(link)).toEqual({ origin, path })
})

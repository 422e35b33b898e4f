import { expect, test } from 'vitest'
import { Secret } from '../../src/domain/secret.ts'
import { createKeyring } from '../../src/worker/keyring.ts'

const own = { account: 'server', key: new Secret('mhk_of_the_server') }
const lent = new Secret('mhk_of_tenant_1')

test('the server’s own key is there from the beginning, another only while it is held', () => {
  const keyring = createKeyring(own)
  const letGo = keyring.hold('tenant-1', lent)
  expect([keyring.keyOf('server'), keyring.keyOf('tenant-1'), keyring.keyOf('tenant-2')]).toEqual([own.key, lent, null])
  expect(keyring.accounts()).toEqual(['server', 'tenant-1'])
  letGo()
  expect([keyring.keyOf('tenant-1'), keyring.accounts()]).toEqual([null, ['server']])
})

test('without an own key a keyring begins empty', () => {
  expect(createKeyring(null).accounts()).toEqual([])
})

test('a key that several hold stays until the last of them lets go', () => {
  const keyring = createKeyring(null)
  const [first, second] = [keyring.hold('tenant-1', lent), keyring.hold('tenant-1', lent)]
  first()
  expect(keyring.keyOf('tenant-1')).toBe(lent)
  second()
  expect(keyring.keyOf('tenant-1')).toBeNull()
})

test('who lets go twice gives up nothing of others, and never the server’s own key', () => {
  const keyring = createKeyring(own)
  const [first, letGoOfOwn] = [keyring.hold('tenant-1', lent), keyring.hold('server', own.key)]
  const second = keyring.hold('tenant-1', lent)
  for (const letGo of [first, first, letGoOfOwn, letGoOfOwn]) letGo()
  expect([keyring.keyOf('tenant-1'), keyring.keyOf('server')]).toEqual([lent, own.key])
  second()
  keyring.hold('tenant-1', lent)
  second()
  expect(keyring.keyOf('tenant-1')).toBe(lent)
})

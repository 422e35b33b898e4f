import { type KeyObject, createCipheriv, createDecipheriv, createHmac, createSecretKey } from 'node:crypto'
import type { Secret } from '../domain/secret.ts'

/** Encrypts texts under an account's API key. */
export interface TextSeal {
  seal(apiKey: Secret, text: string): string
  /** null: sealed with another key or for another use, or changed. */
  open(apiKey: Secret, sealed: string): string | null
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** What is made of an API key for one use. */
interface Keys {
  /** Tells keys apart without telling anything of them. */
  readonly name: string
  readonly seal: KeyObject
  readonly nonce: KeyObject
}

/**
 * Makes a seal: AES-256-GCM under a key made from the account's API key.
 *
 * The nonce is made from the text, as in SIV: the same text is sealed to the same one, so that news which say the same again
 * are seen to be none; and no two texts share a nonce.
 *
 * @param use what the texts are: one that is sealed for one use opens for no other
 * @returns `<name of the key>.<cipher text>`, in characters that a URL takes as they are
 */
export const createTextSeal = (use: string): TextSeal => {
  const keysOf = createKeysOf(use)
  return {
    seal: (apiKey, text) => {
      const keys = keysOf(apiKey)
      const nonce = createHmac('sha256', keys.nonce).update(text).digest().subarray(0, nonceBytes)
      const cipher = createCipheriv(algorithm, keys.seal, nonce)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `${keys.name}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
    },
    // Its tag tells whether it was sealed with this key: the name is for people who look for what an old key has sealed.
    open: (apiKey, sealed) => decrypt(keysOf(apiKey).seal, Buffer.from(sealed.split('.')[1] ?? '', 'base64url')),
  }
}

const createKeysOf = (use: string): ((apiKey: Secret) => Keys) => {
  // Making them costs several times what they are used for. Kept as long as somebody holds the API key, and not longer: they are
  // as secret.
  const known = new WeakMap<Secret, Keys>()
  const make = (apiKey: Secret): Keys => {
    const derive = (part: string): Buffer =>
      createHmac('sha256', apiKey.reveal()).update(`magic-hour-graphql ${use} ${part}`).digest()
    return {
      name: derive('name').subarray(0, 6).toString('base64url'),
      seal: createSecretKey(derive('seal')),
      nonce: createSecretKey(derive('nonce')),
    }
  }
  return (apiKey) => {
    const keys = known.get(apiKey) ?? make(apiKey)
    known.set(apiKey, keys)
    return keys
  }
}

const decrypt = (key: KeyObject, bytes: Buffer): string | null => {
  if (bytes.length < nonceBytes + tagBytes) return null
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

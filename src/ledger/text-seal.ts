import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
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
  const derive = (apiKey: Secret, part: string): Buffer =>
    createHmac('sha256', apiKey.reveal()).update(`magic-hour-graphql ${use} ${part}`).digest()
  /** Tells keys apart without telling anything of them. */
  const nameOf = (apiKey: Secret): string => derive(apiKey, 'name').subarray(0, 6).toString('base64url')
  // A page of a list opens many links with one key. Kept as long as somebody holds the API key, and not longer: it is as secret.
  const known = new WeakMap<Secret, Buffer>()
  const sealKey = (apiKey: Secret): Buffer => {
    const key = known.get(apiKey) ?? derive(apiKey, 'seal')
    known.set(apiKey, key)
    return key
  }
  return {
    seal: (apiKey, text) => {
      const nonce = createHmac('sha256', derive(apiKey, 'nonce')).update(text).digest().subarray(0, nonceBytes)
      const cipher = createCipheriv(algorithm, sealKey(apiKey), nonce)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `${nameOf(apiKey)}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
    },
    // Its tag tells whether it was sealed with this key: the name is for people who look for what an old key has sealed.
    open: (apiKey, sealed) => decrypt(sealKey(apiKey), Buffer.from(sealed.split('.')[1] ?? '', 'base64url')),
  }
}

const decrypt = (key: Buffer, bytes: Buffer): string | null => {
  if (bytes.length < nonceBytes + tagBytes) return null
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import type { LinkSeal } from '../domain/ports.ts'
import type { Secret } from '../domain/secret.ts'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals links with AES-256-GCM under a key made from the account's API key.
 *
 * The nonce is made from the link, as in SIV: the same link is sealed to the same text, so that news which say the same again
 * are seen to be none; and no two links share a nonce.
 */
export const linkSeal: LinkSeal = {
  seal: (apiKey, url) => {
    const key = derive(apiKey, 'seal')
    const nonce = createHmac('sha256', derive(apiKey, 'nonce')).update(url).digest().subarray(0, nonceBytes)
    const cipher = createCipheriv(algorithm, key, nonce)
    const sealed = Buffer.concat([cipher.update(url, 'utf8'), cipher.final()])
    return `${nameOf(apiKey)}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
  },
  open: (apiKey, sealedUrl) => {
    const [name, text = ''] = sealedUrl.split('.')
    if (name !== nameOf(apiKey)) return null
    const bytes = Buffer.from(text, 'base64url')
    if (bytes.length < nonceBytes + tagBytes) return null
    const decipher = createDecipheriv(algorithm, derive(apiKey, 'seal'), bytes.subarray(0, nonceBytes))
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
    try {
      const url = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()])
      return url.toString('utf8')
    } catch {
      return null
    }
  },
}

/** Tells keys apart without telling anything of them. */
const nameOf = (apiKey: Secret): string => derive(apiKey, 'name').subarray(0, 6).toString('base64url')

const derive = (apiKey: Secret, use: string): Buffer =>
  createHmac('sha256', apiKey.reveal()).update(`magic-hour-graphql link ${use}`).digest()

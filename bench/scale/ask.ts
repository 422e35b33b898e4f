import { request } from 'undici'
import { z } from 'zod'
import { WrongAnswer } from '../comparison/http-answer.ts'
import { createBody, gatewayKey } from './wire.ts'

/**
 * Asks a gateway over HTTP.
 *
 * @param expects what the answer must contain
 * @throws WrongAnswer
 */
export const ask = async (port: number, body: string, expects: string): Promise<string> => {
  const answer = await request(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gatewayKey}` },
    body,
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200 || text.includes('"errors"') || !text.includes(expects)) throw new WrongAnswer(text)
  return text
}

const created = z.object({ data: z.object({ removeBackground: z.object({ id: z.string() }) }) })

/**
 * Has one job made. Returns its id.
 *
 * @throws WrongAnswer
 */
export const submit = async (port: number, idempotencyKey: string | null): Promise<string> => {
  const answer = await ask(port, createBody(idempotencyKey), '"id"')
  return created.parse(JSON.parse(answer)).data.removeBackground.id
}

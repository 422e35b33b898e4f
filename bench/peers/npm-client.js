import magicHour from 'magic-hour'
import { runClosedLoop } from '../comparison/closed-loop.ts'
import { takeOrders } from '../comparison/load-protocol.ts'
import { createNextId } from '../comparison/workloads.ts'

const { default: Client } = magicHour

/*
 * The owner's npm client without any gateway: what an app's own server pays for calling Magic Hour. Nobody sends it requests; it
 * makes as many calls at a time as the others are sent, in its own process.
 */

takeOrders(({ port, workload, connections, seconds, run }) => {
  const client = new Client({ token: 'mhk_bench_client', baseUrl: `http://127.0.0.1:${port}` })
  const nextId = createNextId(workload, run)
  const lanes = { mutation: () => removeBackground(client), job: () => getJob(client, nextId()) }
  return runClosedLoop(Array(connections).fill(lanes[workload]), seconds)
})

const removeBackground = async (client) => {
  const { creditsCharged } = await client.v1.imageBackgroundRemover.create({
    assets: { imageFilePath: 'https://example.com/mug.png' },
    name: 'A mug',
  })
  if (creditsCharged !== 5) throw new TypeError('wrong answer')
}

const getJob = async (client, id) => {
  const project = await client.v1.imageProjects.get({ id })
  if (project.id !== id || project.status !== 'complete') throw new TypeError('wrong answer')
}

import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { candidates } from '../../bench/comparison/candidates.ts'
import { loadAnswer } from '../../bench/comparison/load-protocol.ts'
import { runOnce, warmUp } from '../../bench/comparison/measure.ts'
import { startRig } from '../../bench/comparison/rig.ts'
import { startSubject } from '../../bench/comparison/server-process.ts'
import { usageOf } from '../../bench/comparison/usage.ts'

const aRun = { connections: 2, seconds: 0.1, run: 'aaaaaaaa' } as const

/** Hands all on to a port, and counts the connections. */
const startRelay = async (to: number): Promise<AsyncDisposable & { readonly port: number; readonly taken: number }> => {
  const taken: Socket[] = []
  const server = createServer((socket) => {
    taken.push(socket)
    socket.pipe(connect(to, '127.0.0.1')).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : expect.fail('no port'),
    get taken() {
      return taken.length
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of taken) socket.destroy()
      server.close()
    },
  }
}

describe('the load of the comparison', () => {
  test('counts what the stub was asked, no more and no less', async () => {
    await using rig = await startRig()
    const order = { ...aRun, port: rig.stubPort, dialect: 'rest', workload: 'job' }
    const figures = loadAnswer.parse(await rig.load.ask(order))
    const calls = await rig.upstreamCalls()
    expect(calls).toBeGreaterThan(2)
    expect(figures).toMatchObject({ requests: calls })
  })

  test('takes the connections of the run before only where that was told to keep them', async () => {
    await using rig = await startRig()
    await using relay = await startRelay(rig.stubPort)
    const order = { ...aRun, port: relay.port, dialect: 'rest', workload: 'job' }
    const taken: number[] = []
    for (const keepsConnections of [true, true, false, false]) {
      loadAnswer.parse(await rig.load.ask({ ...order, keepsConnections }))
      taken.push(relay.taken)
    }
    expect(taken).toEqual([2, 2, 2, 4])
  })

  test('ends at the first wrong answer, and says which', async () => {
    await using rig = await startRig()
    const order = { ...aRun, port: rig.stubPort, dialect: 'contract', workload: 'job' }
    expect(JSON.stringify(await rig.load.ask(order))).toContain('"problem":"wrong answer: HTTP/1.1 200 OK')
  })

  test('gets right answers from the gateway in every workload, and none that asks more than it must', async () => {
    const gateway = candidates.find(({ name }) => name === 'gateway') ?? candidates[0]
    if (gateway === undefined) throw new TypeError('there is no gateway')
    await using rig = await startRig()
    await using subject = await startSubject(gateway, rig)
    await warmUp(rig, subject, 0.1)
    const callsEach: Record<string, number> = {}
    for (const workload of gateway.workloads) {
      const calls = await rig.upstreamCalls()
      const { requests } = await runOnce(subject, { workload, connections: 2, seconds: 0.1 })
      callsEach[workload] = ((await rig.upstreamCalls()) - calls) / requests
    }
    expect(callsEach).toEqual({ mutation: 1, 'keyed-mutation': 1, job: 1, 'known-job': 0 })
    if (process.platform === 'linux') expect((await usageOf(subject.process.pid))?.cpuMs).toBeGreaterThan(0)
  }, 60_000)
})

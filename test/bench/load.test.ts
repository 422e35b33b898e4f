import { describe, expect, test } from 'vitest'
import { candidates } from '../../bench/comparison/candidates.ts'
import { loadAnswer } from '../../bench/comparison/load-protocol.ts'
import { runOnce, warmUp } from '../../bench/comparison/measure.ts'
import { startRig } from '../../bench/comparison/rig.ts'
import { startSubject } from '../../bench/comparison/server-process.ts'
import { usageOf } from '../../bench/comparison/usage.ts'

const aRun = { connections: 2, seconds: 0.1, run: 'aaaaaaaa' } as const

describe('the load of the comparison', () => {
  test('counts what the stub was asked, no more and no less', async () => {
    await using rig = await startRig()
    const order = { ...aRun, port: rig.stubPort, dialect: 'rest', workload: 'job' }
    const figures = loadAnswer.parse(await rig.load.ask(order))
    const calls = await rig.upstreamCalls()
    expect(calls).toBeGreaterThan(2)
    expect(figures).toMatchObject({ requests: calls })
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

import { describe, expect, test } from 'vitest'
import { candidates } from '../../bench/comparison/candidates.ts'
import { chartOf } from '../../bench/comparison/chart.ts'
import { WrongAnswer, isRight, isWhole } from '../../bench/comparison/http-answer.ts'
import { WrongOption, readOptions } from '../../bench/comparison/options.ts'
import { cellsOf, isCandidateFirst } from '../../bench/comparison/plan.ts'
import { reportOf } from '../../bench/comparison/report.ts'
import { type Measurement, type Pair, type Results, results } from '../../bench/comparison/results.ts'
import { spreadOf } from '../../bench/comparison/statistics.ts'
import { cpuMsIn, rssBytesIn } from '../../bench/comparison/usage.ts'
import { createNextId, idLength, knownJobs, templateOf, withId } from '../../bench/comparison/workloads.ts'

const aMeasurement = (overrides: Partial<Measurement>): Measurement => ({
  requests: 1_000,
  seconds: 1,
  p50Ms: 5,
  p99Ms: 12.5,
  cpuMs: 900,
  rssBytes: 104_857_600,
  helpersCpuMs: 400,
  upstreamCalls: 1_000,
  ...overrides,
})

/** A pair in which the candidate answers so many requests, and the yardstick 1,000. */
const aPair = (candidate: string, requests: number): Pair => ({
  candidate,
  restingRssBytes: 83_886_080,
  cells: [
    {
      workload: 'job',
      connections: 32,
      candidate: aMeasurement({ requests, upstreamCalls: requests }),
      yardstick: aMeasurement({}),
    },
  ],
})

const someResults = (pairs: readonly Pair[]): Results => ({
  machine: {
    cpu: 'A processor',
    cores: 2,
    system: 'Linux 6',
    node: '24.0.0',
    pinned: { server: 0, load: 1, stub: 1 },
    date: '2026-01-31',
    loadBefore: 0.02,
    isLedgerInMemory: false,
    peers: { mercurius: '1.2.3' },
  },
  seconds: 2,
  warmUpSeconds: 1,
  pairs: [...pairs],
})

describe('the report of the comparison', () => {
  const measured = someResults([
    aPair('mercurius', 500),
    aPair('raw-proxy', 1_000),
    aPair('mercurius', 600),
    aPair('mercurius', 900),
  ])

  test('gives the median and the quartiles of the pairs, a line a candidate', () => {
    expect(reportOf(measured)).toContain('| Mercurius + JIT | – | 0.60 (0.55–0.75) |')
    expect(reportOf(measured)).toContain('| raw proxy again (control) | – | 1.00 (1.00–1.00) |')
  })

  test('gives rate, latency, CPU, memory and upstream calls as they were measured', () => {
    expect(reportOf(measured)).toContain(
      '| Mercurius + JIT | 600 | 5.00 ms | 12.5 ms | 1500 ms | 100 MiB | 1.00 | 90 % | 40 % |',
    )
    expect(reportOf(measured)).toContain('| Mercurius + JIT | 80 MiB |')
  })

  test('names the machine, the day and the versions', () => {
    const page = reportOf(measured)
    for (const word of [
      '2 cores of A processor',
      '2026-01-31',
      'Node 24.0.0',
      '`mercurius` 1.2.3',
      'share core 1',
      'on disk',
    ])
      expect(page).toContain(word)
  })

  test('is the same from the file as from the run', () => {
    expect(reportOf(results.parse(JSON.parse(JSON.stringify(measured))))).toBe(reportOf(measured))
  })

  test('leaves out what the system does not tell', () => {
    const [pair = aPair('yoga', 1)] = measured.pairs
    const untold = pair.cells.map((cell) => ({
      ...cell,
      candidate: { ...cell.candidate, cpuMs: null, rssBytes: null },
    }))
    expect(reportOf(someResults([{ ...pair, cells: untold }]))).toContain('| 12.5 ms | – | – | 1.00 | – |')
  })

  test('draws a bar as long as the median, and no bar for the control', () => {
    const picture = chartOf(measured)
    expect(picture).toContain('Mercurius + JIT')
    expect(picture).not.toContain('control')
    // Of the 320 pixels of a panel, an eighth or so is room for the figures.
    expect(picture).toContain(`width="${((0.6 / 1.15) * 320).toFixed(1)}"`)
  })
})

describe('a comparison in pairs', () => {
  test('measures each candidate as often first as second', () => {
    const firsts = [0, 1, 2, 3].flatMap((round) => [0, 1].map((place) => isCandidateFirst(round, place)))
    expect(firsts.filter(Boolean)).toHaveLength(4)
    expect(isCandidateFirst(0, 0)).not.toBe(isCandidateFirst(1, 0))
  })

  test('asks for each workload with each number of connections', () => {
    expect(cellsOf({ workloads: ['mutation', 'job'] }, [1, 2])).toHaveLength(4)
  })

  test('takes the quartiles between values on the straight line', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, lower: 1.75, upper: 3.25 })
    expect(spreadOf([])).toBeNull()
  })

  test('gives every run ids of its own, and known jobs again and again', () => {
    const first = createNextId('job', 'aaaaaaaa')
    const second = createNextId('job', 'bbbbbbbb')
    const known = createNextId('known-job', 'aaaaaaaa')
    const ids = [first(), first(), second()]
    expect(new Set(ids).size).toBe(3)
    expect(ids.every((id) => id.length === idLength)).toBe(true)
    const round = Array.from({ length: knownJobs }, known)
    expect(new Set(round).size).toBe(knownJobs)
    expect(known()).toBe(round[0])
  })

  test.each(['rest', 'contract', 'generated'] as const)(
    'sends bodies as long as they say, in the %s dialect',
    (dialect) => {
      for (const workload of ['mutation', 'keyed-mutation', 'job'] as const) {
        const sent = withId(templateOf(dialect, workload).request, createNextId(workload, 'aaaaaaaa')())
        const [head = '', body = ''] = sent.split('\r\n\r\n')
        expect(Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)).toBe(body.length)
      }
    },
  )

  test('has a name of its own for each candidate', () => {
    expect(new Set(candidates.map(({ name }) => name)).size).toBe(candidates.length)
  })
})

describe('an answer', () => {
  const withLength = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'
  const inChunks = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'

  test('is whole once its length has come', () => {
    expect(isWhole('HTTP/1.1 200 OK\r\n')).toBe(false)
    expect(isWhole(`${withLength}abc`)).toBe(false)
    expect(isWhole(`${withLength}abcd`)).toBe(true)
  })

  test('is whole once its last chunk has come', () => {
    expect(isWhole(`${inChunks}4\r\nabcd\r\n`)).toBe(false)
    expect(isWhole(`${inChunks}4\r\nabcd\r\n0\r\n\r\n`)).toBe(true)
  })

  test('whose end cannot be known ends the run', () => {
    expect(() => isWhole('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n')).toThrow(WrongAnswer)
  })

  test('is right with what was expected, and wrong with an error or another status', () => {
    expect(isRight('HTTP/1.1 200 OK\r\n\r\n{"data":{"id":"a"}}', ['"id":"a"'])).toBe(true)
    expect(isRight('HTTP/1.1 200 OK\r\n\r\n{"data":{"id":"b"}}', ['"id":"a"'])).toBe(false)
    expect(isRight('HTTP/1.1 200 OK\r\n\r\n{"errors":[],"data":{"id":"a"}}', ['"id":"a"'])).toBe(false)
    expect(isRight('HTTP/1.1 429 No\r\n\r\n{"id":"a"}', ['"id":"a"'])).toBe(false)
  })
})

describe('the options of the comparison', () => {
  test('are a whole run unless something else is said', () => {
    expect(readOptions([])).toMatchObject({
      pairs: 6,
      connections: [32, 128],
      only: candidates.map(({ name }) => name),
    })
    expect(readOptions(['--quick', '--only', 'yoga,mesh'])).toMatchObject({ pairs: 1, only: ['yoga', 'mesh'] })
  })

  test.each([['--pairs', '0'], ['--pairs', '1.5'], ['--seconds', 'long'], ['--only', 'rust'], ['--fast']])(
    'are refused when they mean nothing: %s %s',
    (...args) => {
      expect(() => readOptions(args)).toThrow(WrongOption)
    },
  )
})

describe('what a process has used', () => {
  test('is read past a name that holds anything', () => {
    expect(cpuMsIn('42 (a) b (c)) S 1 1 1 0 -1 4194304 10 0 0 0 150 25 0 0 20 0 11 0')).toBe(1_750)
  })

  test('is resident memory in bytes', () => {
    expect(rssBytesIn('Name:\tnode\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n')).toBe(1_048_576)
  })
})

import { expect, test } from 'vitest'
import { instantClock } from './instant-clock.ts'
import { latencyStore } from './latency-store.ts'
import { memoryStore } from '../memory-store.ts'
import { objectStoreContract } from './object-store-contract.ts'

const always = { condition: { kind: 'always' } } as const

function slow(seed: number) {
  const clock = instantClock()
  const inner = memoryStore(clock)
  const store = latencyStore(inner, {
    clock,
    seed,
    firstByteMs: { median: 20, p99: 100 },
    requestMegabytesPerSecond: 50,
    networkMegabytesPerSecond: 80,
  })
  return { clock, inner, store }
}

objectStoreContract('the latency store', async () => ({
  store: slow(7).store,
  close: async () => {},
}))

test('half of the first bytes arrive within the median, one in a hundred after the p99', async () => {
  const { clock, inner, store } = slow(42)
  await inner.put('k', new Uint8Array(), always)
  for (let i = 0; i < 4000; i++) await store.head('k')
  const sorted = clock.sleptMs.toSorted((a, b) => a - b)
  expect(sorted[2000]).toBeGreaterThan(18)
  expect(sorted[2000]).toBeLessThan(22)
  expect(sorted[3960]).toBeGreaterThan(80)
  expect(sorted[3960]).toBeLessThan(125)
})

test('the same seed gives the same latencies', async () => {
  const runs = [slow(5), slow(5), slow(6)]
  for (const { inner, store } of runs) {
    await inner.put('k', new Uint8Array(1), always)
    for (let i = 0; i < 5; i++) await store.get('k')
  }
  expect(runs[0]?.clock.sleptMs).toEqual(runs[1]?.clock.sleptMs)
  expect(runs[0]?.clock.sleptMs).not.toEqual(runs[2]?.clock.sleptMs)
})

test('bytes take time by the throughput of one request', async () => {
  const [small, large] = [slow(3), slow(3)]
  await small.inner.put('k', new Uint8Array(0), always)
  await large.inner.put('k', new Uint8Array(5_000_000), always)
  await small.store.get('k')
  await large.store.get('k')
  expect((large.clock.sleptMs[0] ?? 0) - (small.clock.sleptMs[0] ?? 0)).toBeCloseTo(100)
})

test('requests in flight together share the network', async () => {
  const { clock, inner, store } = slow(3)
  await inner.put('k', new Uint8Array(8_000_000), always)
  const slept: number[] = []
  // A clock that stands still, as it does for requests sent at the same moment.
  const frozen = latencyStore(inner, {
    clock: { nowMs: () => clock.nowMs(), sleep: async (ms) => void slept.push(ms) },
    seed: 3,
    firstByteMs: { median: 20, p99: 20 },
    requestMegabytesPerSecond: 1e9,
    networkMegabytesPerSecond: 80,
  })
  await Promise.all([frozen.get('k'), frozen.get('k'), frozen.get('k')])
  expect(slept.map((ms) => Math.round(ms))).toEqual([120, 220, 320])
  await store.delete('k')
})

test('a request waits for a connection to be opened, or for one to be free', async () => {
  const { clock, inner } = slow(3)
  await inner.put('k', new Uint8Array(), always)
  const slept: number[] = []
  const narrow = latencyStore(inner, {
    clock: { nowMs: () => clock.nowMs(), sleep: async (ms) => void slept.push(ms) },
    seed: 3,
    firstByteMs: { median: 20, p99: 20 },
    requestMegabytesPerSecond: 1e9,
    networkMegabytesPerSecond: 1e9,
    connections: { max: 2, openMs: 10 },
  })
  await Promise.all([narrow.get('k'), narrow.get('k'), narrow.get('k')])
  expect(slept.map((ms) => Math.round(ms))).toEqual([30, 30, 50])
  clock.advance(100)
  await narrow.get('k')
  expect(Math.round(slept.at(-1) ?? 0)).toBe(20)
})

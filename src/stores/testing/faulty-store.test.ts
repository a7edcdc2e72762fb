import { expect, test } from 'vitest'
import { faultyStore, scriptedFaults, seededFaults } from './faulty-store.ts'
import { instantClock } from './instant-clock.ts'
import { memoryStore } from '../memory-store.ts'
import { objectStoreContract } from './object-store-contract.ts'

const always = { condition: { kind: 'always' } } as const

objectStoreContract('the faulty store without faults', async () => ({
  store: faultyStore(memoryStore(), scriptedFaults([]), instantClock()),
  close: async () => {},
}))

test('failBefore leaves the store untouched, failAfter does not', async () => {
  const inner = memoryStore()
  const plan = scriptedFaults([{ kind: 'failBefore' }, { kind: 'failAfter' }])
  const store = faultyStore(inner, plan, instantClock())
  await expect(store.put('a', new Uint8Array(1), always)).rejects.toMatchObject({
    kind: 'unavailable',
  })
  await expect(inner.head('a')).rejects.toMatchObject({ kind: 'notFound' })
  await expect(store.put('b', new Uint8Array(1), always)).rejects.toMatchObject({
    kind: 'unavailable',
  })
  expect((await inner.head('b')).sizeBytes).toBe(1)
  await expect(store.put('c', new Uint8Array(1), always)).resolves.toMatchObject({ key: 'c' })
})

test('a fault may carry another kind of error, or be a delay only', async () => {
  const clock = instantClock()
  const plan = scriptedFaults([
    { kind: 'failBefore', errorKind: 'corrupt' },
    { kind: 'delay', delayMs: 30 },
  ])
  const store = faultyStore(memoryStore(), plan, clock)
  await expect(store.head('k')).rejects.toMatchObject({ kind: 'corrupt' })
  await expect(store.head('k')).rejects.toMatchObject({ kind: 'notFound' })
  expect(clock.sleptMs).toEqual([30])
})

test('failAfter cuts a listing off half-way', async () => {
  const inner = memoryStore()
  for (const key of ['a', 'b', 'c', 'd']) await inner.put(key, new Uint8Array(), always)
  const store = faultyStore(inner, scriptedFaults([{ kind: 'failAfter' }]), instantClock())
  const seen: string[] = []
  const listing = (async () => {
    for await (const { key } of store.list('')) seen.push(key)
  })()
  await expect(listing).rejects.toMatchObject({ kind: 'unavailable' })
  expect(seen).toEqual(['a', 'b'])
})

test('a plan can aim at one verb and key', async () => {
  const inner = memoryStore()
  await inner.put('k', new Uint8Array(1), always)
  const store = faultyStore(
    inner,
    ({ verb, key }) => (verb === 'read' && key === 'k' ? { kind: 'failBefore' } : undefined),
    instantClock(),
  )
  await expect(store.read('k', { start: 0, end: 1 })).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(store.get('k')).resolves.toBeDefined()
})

test('seeded faults come in their shares and repeat with their seed', () => {
  const rates = { failBefore: 0.1, failAfter: 0.2, delay: 0.3, delayMs: 5 }
  const draw = (seed: number) => {
    const plan = seededFaults({ seed, ...rates })
    return Array.from({ length: 5000 }, () => plan({ verb: 'get', key: 'k' })?.kind ?? 'none')
  }
  const kinds = draw(1)
  const share = (kind: string) => kinds.filter((drawn) => drawn === kind).length / kinds.length
  expect(share('failBefore')).toBeCloseTo(0.1, 1)
  expect(share('failAfter')).toBeCloseTo(0.2, 1)
  expect(share('delay')).toBeCloseTo(0.3, 1)
  expect(draw(1)).toEqual(kinds)
  expect(draw(2)).not.toEqual(kinds)
})

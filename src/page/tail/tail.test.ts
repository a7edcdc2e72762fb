import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText, type JsonObject } from '../api/exact-json.ts'
import type { TimedDoc } from './seen-docs.ts'
import { Tail, type TailPage, type TailSource } from './tail.ts'

const SECOND_NS = 1_000_000_000n
const never = new AbortController().signal

/** An index that is published to, and merged, while it is followed; small pages. */
class FakeIndex implements TailSource<number> {
  readonly docs: (TimedDoc & { readonly place: number })[] = []
  pageSize = 3
  newestSize = 8
  version = 0
  failNext = false

  publish(docs: readonly TimedDoc[]): void {
    this.docs.push(...docs.map((doc) => ({ ...doc, place: this.docs.length })))
    this.#ordered()
  }

  /** Documents of one instant come in another order after a merge. */
  merge(): void {
    this.docs.reverse()
    this.#ordered()
  }

  #ordered(): void {
    this.docs.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0))
    this.version++
  }

  state = () => Promise.resolve(String(this.version))

  newest = (): Promise<TailPage<number>> => {
    const docs = this.docs.slice(-this.newestSize)
    return Promise.resolve({ docs, next: 0, isFull: docs.length === this.newestSize })
  }

  since = (ns: bigint | undefined, after: number | undefined): Promise<TailPage<number>> => {
    if (this.failNext) {
      this.failNext = false
      return Promise.reject(new Error('busy'))
    }
    const start = after ?? 0
    // Bounds are cut to the precision of the index, as its times are.
    const from = ns === undefined ? undefined : (ns / SECOND_NS) * SECOND_NS
    const matching = this.docs.filter(({ timeNs }) => from === undefined || timeNs >= from)
    const docs = matching.slice(start, start + this.pageSize)
    const next = start + docs.length
    return Promise.resolve({ docs, next, isFull: docs.length === this.pageSize })
  }
}

const doc = (seconds: number, text = 'x'): TimedDoc => ({
  timeNs: BigInt(seconds) * SECOND_NS,
  source: { text } satisfies JsonObject,
})

test('nothing is asked while nothing was published', async () => {
  const index = new FakeIndex()
  index.publish([doc(1)])
  const tail = new Tail(index)
  expect(await tail.poll(never)).toHaveLength(1)
  index.since = () => Promise.reject(new Error('asked'))
  expect(await tail.poll(never)).toEqual([])
})

test('a failed poll loses nothing and doubles nothing', async () => {
  const index = new FakeIndex()
  index.publish([doc(1)])
  const tail = new Tail(index)
  await tail.poll(never)
  index.publish([doc(2, 'a'), doc(3, 'b')])
  index.failNext = true
  await expect(tail.poll(never)).rejects.toThrow('busy')
  expect((await tail.poll(never)).map(({ source }) => source['text'])).toEqual(['a', 'b'])
  expect(await tail.poll(never)).toEqual([])
})

test('where there are more than the first page, its first instant does not come again', async () => {
  const index = new FakeIndex()
  index.publish(Array.from({ length: 20 }, (_, n) => doc(Math.floor(n / 3), `first ${n}`)))
  const tail = new Tail(index)
  expect(await tail.poll(never)).toHaveLength(index.newestSize)
  index.publish([doc(100, 'new')])
  expect((await tail.poll(never)).map(({ source }) => source['text'])).toEqual(['new'])
})

const steps = fc.array(
  fc.oneof(
    // Late by up to nine minutes, several at one instant, equal ones among them.
    fc.array(fc.tuple(fc.nat(540), fc.constantFrom('a', 'b')), { minLength: 1, maxLength: 5 }),
    fc.constantFrom('merge' as const, 'poll' as const, 'fail' as const),
  ),
  { maxLength: 30 },
)

test('every document that is published is shown once, in whatever order batches come', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(6), async (each, firstCount) => {
      const index = new FakeIndex()
      index.publish(Array.from({ length: firstCount }, (_, n) => doc(1_000 + n, `first ${n}`)))
      const tail = new Tail(index)
      const shown = [...(await tail.poll(never))]
      let now = 2_000
      for (const step of each) {
        if (step === 'merge') index.merge()
        else if (step === 'fail') index.failNext = true
        else if (step === 'poll') shown.push(...(await tail.poll(never).catch(() => [])))
        else index.publish(step.map(([late, text]) => doc(now - late, text)))
        now++
      }
      index.failNext = false
      index.merge()
      shown.push(...(await tail.poll(never)))
      const identity = ({ timeNs, source }: TimedDoc) => `${timeNs} ${plainText(source['text'])}`
      expect(shown.map(identity).toSorted()).toEqual(index.docs.map(identity).toSorted())
      expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length)
    }),
    { numRuns: 300 },
  )
})

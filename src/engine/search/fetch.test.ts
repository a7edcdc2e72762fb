import { describe, expect, test } from 'vitest'
import { splitKey } from '../metastore/layout.ts'
import { openSplit, type FetchContext, type FetchedSplit, type ReadSizes } from './fetch.ts'
import { columnNeeds, docNeeds, fieldnormNeeds, termNeeds, type Need } from './needs.ts'
import { EXACT_READS, SearchFixture } from './testing/search-fixture.ts'

const TERM = new TextEncoder().encode('red')

async function oneSplit(): Promise<SearchFixture> {
  const fixture = await SearchFixture.create({
    field_mappings: [
      { name: 'id', type: 'u64', fast: true },
      { name: 'body', type: 'text', fieldnorms: true },
    ],
  })
  await fixture.addSplit(
    Array.from({ length: 300 }, (_, id) =>
      JSON.stringify({ id, body: id % 2 ? 'red fox' : 'red' }),
    ),
  )
  fixture.forget()
  return fixture
}

async function open(
  fixture: SearchFixture,
  readSizes: ReadSizes,
  context: FetchContext = fixture.context,
): Promise<{ readonly split: FetchedSplit; readonly needs: readonly Need[]; size: number }> {
  const [record] = await fixture.splits()
  const footer = record?.footer ?? { start: 0, end: 0 }
  const place = { key: splitKey('events', record?.splitId ?? ''), footer }
  fixture.store.reset()
  const split = await openSplit(place, { ...context, readSizes }, undefined)
  const body = split.footer.fields.get('body\0str')
  const id = split.footer.fields.get('id\0u64')
  if (body === undefined || id === undefined) throw new Error('the split has both fields')
  const needs = [
    ...termNeeds(body, TERM),
    ...fieldnormNeeds(body),
    ...columnNeeds(id),
    ...docNeeds(split.footer.docStore, [7]),
  ]
  return { split, needs, size: footer.end }
}

const ranges = (fixture: SearchFixture): unknown[] =>
  fixture.store.requests.map(({ range }) => [range?.start, range?.end])

describe('requests', () => {
  test('a small split is one request for everything', async () => {
    const fixture = await oneSplit()
    const { split, needs, size } = await open(fixture, { ...EXACT_READS, wholeSplitBytes: 1e6 })
    await split.fetch(needs, undefined)
    expect(ranges(fixture)).toEqual([[0, size]])
  })

  test('what stands before the footer comes along with it', async () => {
    const fixture = await oneSplit()
    const sizes = { ...EXACT_READS, tailBytes: 1e6, gapBytes: 0 }
    const { split, needs, size } = await open(fixture, sizes)
    await split.fetch(needs, undefined)
    expect(ranges(fixture)).toEqual([[0, size]])
  })

  test('otherwise each part is asked for once, those that stand close together at once', async () => {
    const fixture = await oneSplit()
    const apart = await open(fixture, EXACT_READS)
    await apart.split.fetch([...apart.needs, ...apart.needs], undefined)
    expect(fixture.store.requests).toHaveLength(1 + apart.needs.length)
    fixture.forget()
    const together = await open(fixture, { ...EXACT_READS, gapBytes: 1e6 })
    await together.split.fetch(together.needs, undefined)
    expect(fixture.store.requests).toHaveLength(2)
  })

  test('what this search or another one has is not asked for again', async () => {
    const fixture = await oneSplit()
    const first = await open(fixture, EXACT_READS)
    await first.split.fetch(first.needs, undefined)
    for (const need of first.needs) first.split.get(need)
    await first.split.fetch(first.needs, undefined)
    expect(fixture.store.requests).toHaveLength(1 + first.needs.length)
    const second = await open(fixture, EXACT_READS)
    await second.split.fetch(second.needs, undefined)
    expect(fixture.store.requests).toEqual([])
    expect(second.needs.map((need) => second.split.get(need))).toEqual(
      first.needs.map((need) => first.split.get(need)),
    )
  })
})

describe('parts', () => {
  test('are decoded as their needs say', async () => {
    const fixture = await oneSplit()
    const { split, needs } = await open(fixture, EXACT_READS)
    await split.fetch(needs, undefined)
    const body = split.footer.fields.get('body\0str')
    if (body === undefined) throw new Error('the split has the field')
    const entry = split.term(body, TERM)
    expect(entry?.docCount).toBe(300)
    expect([...(split.fieldnorms(body) ?? [])].slice(0, 4)).toEqual([1, 2, 1, 2])
    expect(split.columnsAt('id')).toMatchObject([{ kind: 'int', min: 0n, max: 299n }])
    expect(split.columnsAt('body')).toEqual([])
  })

  test('that were not fetched are an error of the program, which no answer hides', async () => {
    const fixture = await oneSplit()
    const { split } = await open(fixture, EXACT_READS)
    expect(() => split.columnsAt('id')).toThrow(/column \d+ of a split was not fetched/)
  })

  test('that are damaged are corrupt, each kind of them, every time', async () => {
    const fixture = await oneSplit()
    const { needs } = await open(fixture, EXACT_READS)
    const [record] = await fixture.splits()
    const key = splitKey('events', record?.splitId ?? '')
    const stored = (await fixture.store.get(key))?.bytes ?? new Uint8Array(0)
    for (const need of needs.filter(({ part }) => part !== 'docBlock')) {
      const bytes = stored.slice()
      bytes[need.start + 12] = (bytes[need.start + 12] ?? 0) ^ 1
      await fixture.store.put(key, bytes, { condition: { kind: 'always' } })
      fixture.forget()
      const { split } = await open(fixture, EXACT_READS)
      await split.fetch([need], undefined)
      for (const attempt of [1, 2]) {
        expect(() => split.get(need), `${need.part}, attempt ${attempt}`).toThrow(
          expect.objectContaining({ kind: 'corrupt' }),
        )
      }
    }
  })
})

import { describe, expect, test } from 'vitest'
import { runMerges } from '../../engine/indexing/merge.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import { ApiFixture, at, sales, textAt, type Asked } from '../testing/api-fixture.ts'
import { ELASTIC, json, shopWithEvents } from './testing/elastic-fixture.ts'

const SEARCH = `${ELASTIC}/mock-sales/_search`
const shop = await shopWithEvents()

describe('scroll', () => {
  test('every page has another id, and all pages together have every hit once', async () => {
    const first = await shop.ask(`${SEARCH}?scroll=1m&size=20&q=*&track_total_hits=true`)
    const seen: unknown[] = []
    const ids = new Set<string>()
    for (let page = first; ;) {
      const hits = at(page.json, 'hits', 'hits')
      if (!Array.isArray(hits) || hits.length === 0) break
      seen.push(...hits.map((hit) => JSON.stringify(at(hit, '_source'))))
      expect(at(page.json, 'hits', 'total', 'value')).toBe(50)
      const scrollId = textAt(page.json, '_scroll_id')
      ids.add(scrollId)
      page = await shop.ask(
        `${ELASTIC}/_search/scroll`,
        json({ scroll: '1m', scroll_id: scrollId }),
      )
    }
    expect(seen).toHaveLength(50)
    expect(ids.size).toBe(3)
  })

  test('merges and new documents between two pages change nothing', async () => {
    const busy = new ApiFixture()
    await busy.createShipped('mock-sales')
    for (let i = 0; i < 10; i++) await busy.ingest('mock-sales', sales(3))
    const sort = [{ quantity: 'asc' }]
    const path = `${ELASTIC}/mock-sales/_search?scroll=1m`
    let page = await busy.ask(path, json({ size: 4, sort }))
    const { metastore, clock } = busy.services.search
    await runMerges({ metastore, clock, random: systemRandom }, { indexId: 'mock-sales' })
    await busy.ingest('mock-sales', sales(3))
    const seen: unknown[] = []
    for (;;) {
      const hits = at(page.json, 'hits', 'hits')
      if (!Array.isArray(hits) || hits.length === 0) break
      seen.push(...hits.map((hit) => at(hit, '_source', 'quantity')))
      const body = { scroll: '1m', scroll_id: textAt(page.json, '_scroll_id') }
      page = await busy.ask(`${ELASTIC}/_search/scroll`, json(body))
    }
    expect(seen).toEqual(
      [1, 2, 3].flatMap((quantity) => Array.from({ length: 10 }, () => quantity)),
    )
  })

  test('another process goes on where the first one stopped, but not after the time is over', async () => {
    const body = json({ size: 1, sort: [{ at: 'asc' }] })
    const first = await shop.ask(`${ELASTIC}/wide-events/_search?scroll=5m`, body)
    const id = textAt(first.json, '_scroll_id')
    const other = shop.as({ apiKeys: [], responses: 'plain' })
    const second = await shop.ask(`${ELASTIC}/_search/scroll?scroll_id=${id}`, {}, other)
    expect(at(second.json, 'hits', 'hits', 0, '_source', 'tag')).toBe('b')
    shop.clock.advance(6 * 60_000)
    const late = await shop.ask(`${ELASTIC}/_search/scroll?scroll_id=${id}`)
    expect([late.status, at(late.json, 'error', 'reason')]).toEqual([
      500,
      expect.stringContaining('scroll key not found'),
    ])
  })

  test('what cannot be scrolled is refused', async () => {
    const status = async (path: string, asked: Asked = {}) => (await shop.ask(path, asked)).status
    expect(await status(`${ELASTIC}/_search/scroll`, json({}))).toBe(400)
    expect(await status(`${ELASTIC}/_search/scroll?scroll_id=nonsense`)).toBe(500)
    expect(await status(`${SEARCH}?scroll=31m`)).toBe(400)
    expect(await status(`${SEARCH}?scroll=soon`)).toBe(400)
    expect(await status(`${SEARCH}?scroll=1m`, json({ sort: ['ts'], search_after: [1] }))).toBe(400)
    const freed = await shop.ask(`${ELASTIC}/_search/scroll`, { method: 'DELETE' })
    expect(freed.json).toEqual({ succeeded: true, num_freed: 0 })
  })
})

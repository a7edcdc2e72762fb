import { describe, expect, test } from 'vitest'
import { ApiFixture, at } from '../testing/api-fixture.ts'
import { ELASTIC, shopWithEvents } from './testing/elastic-fixture.ts'

const shop = await shopWithEvents()

describe('indexes', () => {
  test('_stats and _cat count published documents', async () => {
    const stats = await shop.ask(`${ELASTIC}/mock-sales/_stats`)
    expect(at(stats.json, '_all', 'primaries', 'docs', 'count')).toBe(50)
    expect(at(stats.json, 'indices', 'mock-sales', 'total', 'segments', 'count')).toBe(2)
    const cat = await shop.ask(
      `${ELASTIC}/_cat/indices?format=json&h=index,docs.count,health&s=index`,
    )
    expect(cat.json).toEqual([
      { health: 'green', index: 'mock-sales', 'docs.count': '50' },
      { health: 'green', index: 'wide-events', 'docs.count': '3' },
    ])
    expect((await shop.ask(`${ELASTIC}/_cat/indices/mock-*?format=json`)).json).toHaveLength(1)
    expect((await shop.ask(`${ELASTIC}/_cat/indices?format=json&health=red`)).json).toEqual([])
  })

  test.each([
    '',
    '?format=text',
    '?format=json&v',
    '?format=json&bytes=b',
    '?format=json&s=size',
    '?format=json&h=odd',
  ])('_cat/indices%s is refused', async (query) => {
    expect((await shop.ask(`${ELASTIC}/_cat/indices${query}`)).status).toBe(400)
  })

  test('_resolve, _aliases, _cluster/health and the node', async () => {
    const resolved = await shop.ask(`${ELASTIC}/_resolve/index/*`)
    expect(resolved.json).toEqual({
      indices: [
        { name: 'mock-sales', attributes: ['open'] },
        { name: 'wide-events', attributes: ['open'] },
      ],
      aliases: [],
      data_streams: [],
    })
    expect((await shop.ask(`${ELASTIC}/_aliases`)).json).toEqual({})
    expect((await shop.ask(`${ELASTIC}/_cluster/health`)).json).toEqual({ status: 'green' })
    expect((await shop.ask(`${ELASTIC}/_cluster/health?level=shards`)).json).toEqual({
      error: 'Unsupported parameter.',
      param: 'level',
    })
    for (const path of [ELASTIC, `${ELASTIC}/`]) {
      const info = await shop.ask(path)
      expect(at(info.json, 'version', 'number')).toBe('7.17.0')
    }
    expect((await shop.ask(ELASTIC, { method: 'HEAD' })).text).toBe('')
  })

  test('deleting takes exact ids', async () => {
    const fixture = new ApiFixture()
    await fixture.createShipped('mock-sales')
    const remove = (expression: string) =>
      fixture.ask(`${ELASTIC}/${expression}`, { method: 'DELETE' })
    expect((await remove('mock-*')).status).toBe(400)
    expect((await remove('_all')).status).toBe(400)
    expect((await remove('absent-index,mock-sales')).status).toBe(404)
    const path = 'absent-index,mock-sales?ignore_unavailable=true'
    expect((await remove(path)).json).toEqual({ acknowledged: true })
    expect((await fixture.ask('/api/v1/indexes')).json).toEqual([])
  })
})

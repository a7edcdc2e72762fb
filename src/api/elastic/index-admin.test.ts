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
      { index: 'mock-sales', 'docs.count': '50', health: 'green' },
      { index: 'wide-events', 'docs.count': '3', health: 'green' },
    ])
    expect((await shop.ask(`${ELASTIC}/_cat/indices/mock-*?format=json`)).json).toHaveLength(1)
    expect((await shop.ask(`${ELASTIC}/_cat/indices?format=json&health=red`)).json).toEqual([])
  })

  test.each(['?format=yaml', '?bytes=bits', '?format=json&s=size', '?format=json&h=odd', '?x=1'])(
    '_cat/indices%s is refused',
    async (query) => {
      expect((await shop.ask(`${ELASTIC}/_cat/indices${query}`)).status).toBe(400)
    },
  )

  test('tables are text for people: a header with v, columns by h or their short names, rows by s', async () => {
    const text = await shop.ask(`${ELASTIC}/_cat/indices?v&h=i,dc,health&s=docs.count`)
    expect(text.headers.get('content-type')).toContain('text/plain')
    expect(text.text.split('\n')).toEqual([
      'index       docs.count health',
      'wide-events          3 green',
      'mock-sales          50 green',
      '',
    ])
    const sizes = await shop.ask(`${ELASTIC}/_cat/indices/mock-sales?h=store.size&bytes=b`)
    expect(sizes.text).toMatch(/^\d+\n$/)
    expect((await shop.ask(`${ELASTIC}/_cat/count?h=count`)).text).toBe('53\n')
    expect((await shop.ask(`${ELASTIC}/_cat/health?h=status,shards`)).text).toBe('green 2\n')
    expect((await shop.ask(`${ELASTIC}/_cat/aliases?format=json`)).json).toEqual([])
    expect((await shop.ask(`${ELASTIC}/_cat/nodes?h=name`)).text).toBe('qw-lambda\n')
  })

  test('an index is told by HEAD and GET, with its mapping and settings', async () => {
    const ask = (path: string, method = 'GET') => shop.ask(`${ELASTIC}/${path}`, { method })
    expect((await ask('mock-sales', 'HEAD')).status).toBe(200)
    expect((await ask('absent-index', 'HEAD')).status).toBe(404)
    const index = await ask('wide-events')
    expect(at(index.json, 'wide-events', 'aliases')).toEqual({})
    expect(at(index.json, 'wide-events', 'mappings', 'properties', 'at', 'type')).toBe('date')
    const settings = await ask('wide-events/_settings?flat_settings=true')
    const known = at(settings.json, 'wide-events', 'settings')
    expect(known).toMatchObject({
      'index.number_of_shards': '1',
      'index.provided_name': 'wide-events',
    })
    expect((await ask('_alias')).json).toEqual({
      'mock-sales': { aliases: {} },
      'wide-events': { aliases: {} },
    })
    expect((await ask('_alias/current', 'HEAD')).status).toBe(404)
    expect(Object.keys((await ask('_mapping')).json ?? {})).toEqual(['mock-sales', 'wide-events'])
    expect((await ask('_unknown')).status).toBe(404)
  })

  test('_refresh and _flush commit what waits in the indexes they name', async () => {
    const before = shop.refreshed.length
    const all = await shop.ask(`${ELASTIC}/_refresh`, { method: 'POST' })
    expect(all.json).toEqual({ _shards: { total: 2, successful: 2, failed: 0 } })
    await shop.ask(`${ELASTIC}/wide-*/_flush?wait_if_ongoing=true`, { method: 'POST' })
    expect(shop.refreshed.slice(before)).toEqual(['mock-sales', 'wide-events', 'wide-events'])
    expect((await shop.ask(`${ELASTIC}/absent-index/_refresh`, { method: 'POST' })).status).toBe(
      404,
    )
  })

  test('_count needs no index, and pretty and filter_path shape every answer', async () => {
    expect((await shop.ask(`${ELASTIC}/_count`)).json).toMatchObject({ count: 53 })
    expect((await shop.ask(`${ELASTIC}/_count?pretty`)).text).toContain('{\n  "count": 53,\n')
    const some = await shop.ask(`${ELASTIC}/_cluster/health?filter_path=status,number_of_nod*`)
    expect(some.json).toEqual({ status: 'green', number_of_nodes: 1 })
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
    const health = await shop.ask(`${ELASTIC}/_cluster/health?wait_for_status=yellow&timeout=1s`)
    expect(health.json).toMatchObject({ status: 'green', active_shards: 2, timed_out: false })
    const ofEach = await shop.ask(`${ELASTIC}/_cluster/health?level=indices`)
    expect(at(ofEach.json, 'indices', 'mock-sales', 'status')).toBe('green')
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

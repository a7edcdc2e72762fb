import { expect, test } from 'vitest'
import { exchanges, forgetExchanges, noteExchange } from './exchanges.ts'

test('the last request of each kind is kept, in the order in which kinds first came', () => {
  forgetExchanges()
  const cost = { tookMs: 1, bytes: 10 }
  const search = { method: 'POST', path: '_elastic/logs/_search' }
  noteExchange({ method: 'GET', path: 'logs/list-fields?limit=5' }, cost)
  noteExchange({ ...search, body: '{"size":0}' }, cost)
  noteExchange({ ...search, body: '{"size":200}' }, cost)
  noteExchange({ ...search, body: '{"size":0,"aggs":{}}' }, { tookMs: 5, bytes: 20 })
  const kept = [...exchanges.value.values()]
  expect(kept.map(({ role }) => role)).toEqual(['list-fields', 'counts', 'hits'])
  expect(kept[1]).toMatchObject({ body: '{"size":0,"aggs":{}}', tookMs: 5, bytes: 20 })
  forgetExchanges()
  expect(exchanges.value.size).toBe(0)
})

test('bytes of a file are not kept', () => {
  forgetExchanges()
  noteExchange(
    { method: 'POST', path: 'logs/ingest', body: new Blob(['x']) },
    { tookMs: 1, bytes: 1 },
  )
  expect(exchanges.value.get('ingest')?.body).toBeUndefined()
})

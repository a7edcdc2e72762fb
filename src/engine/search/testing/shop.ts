import type { JsonObject } from '../../bytes/json.ts'
import { SearchFixture, type Ask } from './search-fixture.ts'

export const SHOP: JsonObject = {
  mode: 'dynamic',
  dynamic_mapping: { fast: true, tokenizer: 'default', record: 'position' },
  timestamp_field: 'ts',
  tag_fields: ['shop'],
  field_mappings: [
    { name: 'ts', type: 'datetime', input_formats: ['unix_timestamp'], fast: true },
    { name: 'id', type: 'u64', fast: true },
    { name: 'shop', type: 'text', tokenizer: 'raw', fast: true },
    { name: 'quantity', type: 'u64', fast: true },
    { name: 'stock', type: 'i64' },
    { name: 'price', type: 'f64', fast: true },
    { name: 'sold', type: 'bool', fast: true },
    { name: 'body', type: 'text', tokenizer: 'default', record: 'position' },
  ],
}

export const FIRST_TS = 1_700_000_000
const WORDS = ['red', 'green', 'blue', 'quick', 'brown', 'fox']

function shopDoc(id: number): string {
  const body = `${WORDS[id % 6]} ${WORDS[(id + 1) % 6]} ${WORDS[(id * 7) % 6]}`
  const optional = id % 3 === 0 ? {} : { price: (id % 10) / 4 }
  return JSON.stringify({
    ts: FIRST_TS + id,
    id,
    shop: `shop-${id % 4}`,
    quantity: id % 10,
    stock: id % 5,
    sold: id % 2 === 0,
    body,
    ...optional,
  })
}

/** An index of a hundred documents, in two splits unless told otherwise. */
export async function shop(
  splits: readonly (readonly [number, number])[] = [
    [0, 60],
    [60, 100],
  ],
): Promise<SearchFixture> {
  const fixture = await SearchFixture.create(SHOP, { default_search_fields: ['body'] })
  for (const [from, end] of splits) {
    await fixture.addSplit(Array.from({ length: end - from }, (_, at) => shopDoc(from + at)))
  }
  return fixture
}

export const BY_ID: Ask = {
  sort: [{ by: 'field', field: 'id', order: 'asc', dateUnit: 'ms' }],
  maxHits: 1000,
}
/** Ids of all documents of `shop`. */
export const all = Array.from({ length: 100 }, (_, id) => id)

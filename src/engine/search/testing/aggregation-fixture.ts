import { stringifyJson, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { SearchFixture } from './search-fixture.ts'

const MAPPING: JsonObject = {
  mode: 'strict',
  field_mappings: [
    { name: 'time', type: 'datetime', fast: true, fast_precision: 'milliseconds' },
    { name: 'shop', type: 'text', tokenizer: 'raw', fast: true },
    { name: 'price', type: 'f64', fast: true },
    { name: 'items', type: 'i64', fast: true },
    { name: 'paid', type: 'bool', fast: true },
    { name: 'colors', type: 'array<text>', tokenizer: 'raw', fast: true },
    { name: 'note', type: 'text' },
    { name: 'raw', type: 'bytes', fast: true },
    { name: 'open', type: 'json', fast: true },
  ],
}

/** Seven sales in two splits. */
const SALES: readonly (readonly JsonObject[])[] = [
  [
    { time: '2024-05-01T09:00:00Z', shop: 'north', price: 10, items: 1, colors: ['red', 'blue'] },
    { time: '2024-05-01T17:30:00Z', shop: 'south', price: 2.5, items: 4, colors: ['red'] },
    { time: '2024-05-02T08:00:00Z', shop: 'north', price: 40, items: 2, paid: true },
    { time: '2024-05-04T12:00:00Z', shop: 'east', price: 7.5, items: 3, colors: [] },
  ],
  [
    { time: '2024-05-01T23:59:59.999Z', shop: 'north', price: 20, items: 1, paid: true },
    { time: '2024-05-04T00:00:00Z', shop: 'south', items: 9, paid: false, colors: ['blue'] },
    { time: '2024-05-04T13:00:00Z', price: 5, items: -2 },
  ],
]

/** The aggregation `a` of a search over everything, as JSON prints it. */
export async function aggregate(
  a: JsonValue,
  splits: readonly (readonly JsonObject[])[] = SALES,
): Promise<unknown> {
  return (await aggregateAll({ a }, splits))['a']
}

/** All aggregations of such a search. */
export async function aggregateAll(
  aggs: JsonObject,
  splits: readonly (readonly JsonObject[])[] = SALES,
): Promise<Record<string, unknown>> {
  const fixture = await SearchFixture.create(MAPPING)
  for (const docs of splits) await fixture.addSplit(docs.map(stringifyJson))
  const { aggregations } = await fixture.search({ maxHits: 0, aggs })
  return JSON.parse(stringifyJson(aggregations ?? null)) as Record<string, unknown> // as it was asked for
}

/** The same over documents of the field `open`, whose values may have any type. */
export function aggregateOpen(
  a: JsonValue,
  splits: readonly (readonly JsonValue[])[],
): Promise<unknown> {
  return aggregate(
    a,
    splits.map((values) => values.map((x) => ({ open: { x } }))),
  )
}

/** `fixture.search` of an aggregation that has to be refused. */
export async function refusal(a: JsonValue): Promise<unknown> {
  return aggregate(a).then(
    (answer) => answer,
    (error: unknown) => error,
  )
}

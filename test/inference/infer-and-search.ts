import {
  JsonFloat,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../src/engine/bytes/json.ts'
import { makeDateParser } from '../../src/engine/dates/datetime-format.ts'
import { dateToNanos, formatRfc3339 } from '../../src/engine/dates/datetime.ts'
import { SearchFixture } from '../../src/engine/search/testing/search-fixture.ts'
import { inferIndexConfig, type InferredField } from '../../src/engine/sources/infer/infer.ts'
import { serializeIndexConfig } from '../../src/engine/schema/serialize-config.ts'

/** Values of each field that are searched; the others only have to be indexed. */
const SEARCHED_VALUES = 6

/**
 * Infers a mapping from documents, indexes all of them and searches their values one by one. Each
 * document has its number as `id`. Returns what went wrong, or undefined. A document that the inferred
 * mapping rejects throws.
 */
export async function wrongSearch(docs: readonly JsonObject[]): Promise<string | undefined> {
  const inferred = inferIndexConfig(docs, { indexId: 'events' })
  const mapping = serializeIndexConfig(inferred.config)['doc_mapping'] as JsonObject // its own words
  const fixture = await SearchFixture.create(mapping)
  await fixture.addSplit(docs.map(stringifyJson))
  for (const field of inferred.fields) {
    if (field.type === 'json') continue
    const values = new Map(
      docs
        .flatMap((doc) => elements(doc[field.name]))
        .map((value) => [stringifyJson(value), value]),
    )
    for (const value of [...values.values()].slice(0, SEARCHED_VALUES)) {
      const wrong = await wrongValue(fixture, { docs, field, value })
      if (wrong !== undefined) return `${wrong}\n${inferred.yaml}`
    }
  }
  return undefined
}

function elements(value: JsonValue | undefined): JsonValue[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value.filter((item) => item !== null) : [value]
}

interface Asked {
  readonly docs: readonly JsonObject[]
  readonly field: InferredField
  readonly value: JsonValue
}

async function wrongValue(fixture: SearchFixture, asked: Asked): Promise<string | undefined> {
  const { docs, field, value } = asked
  const query = queryFor(field, value)
  if (query === undefined) return undefined
  const found = (await fixture.ids({ query, maxHits: docs.length })).map(Number)
  const isSame = sameAs(field, value)
  const expected = docs
    .filter((doc) => elements(doc[field.name]).some(isSame))
    .map(({ id }) => Number(id))
  const ascending = (ids: readonly number[]): string => ids.toSorted((a, b) => a - b).join(' ')
  if (ascending(found) !== ascending(expected)) {
    return `${query} found [${ascending(found)}], not [${ascending(expected)}]`
  }
  if (field.type !== 'text' || !field.fast) return undefined
  return await wrongCount(fixture, asked)
}

/** A field of few values counts by whole values, whatever its words. */
async function wrongCount(fixture: SearchFixture, asked: Asked): Promise<string | undefined> {
  const { docs, field, value } = asked
  const aggs = { by: { terms: { field: field.name, size: 1000 } } }
  const { aggregations } = await fixture.search({ maxHits: 0, aggs })
  const { buckets } = JSON.parse(stringifyJson(aggregations ?? null)).by as {
    buckets: { key: string; doc_count: number }[]
  }
  const counted = buckets.find(({ key }) => key === value)?.doc_count ?? 0
  const expected = docs.filter((doc) => elements(doc[field.name]).includes(value)).length
  if (counted === expected) return undefined
  return `${field.name} counts ${stringifyJson(value)} ${counted} times, not ${expected}`
}

/** Undefined for a text without any word. */
function queryFor(field: InferredField, value: JsonValue): string | undefined {
  const { name, type, tokenizer } = field
  if (type === 'datetime') {
    const moment = formatRfc3339(makeDateParser(field.dateFormats, 0)(value) ?? 0)
    return `${name}:[${moment} TO ${moment}]`
  }
  if (typeof value !== 'string') return `${name}:"${stringifyJson(value)}"`
  if (type === 'text' && tokenizer !== 'raw' && wordsOf(value, tokenizer).length === 0) {
    return undefined
  }
  return value === '' ? undefined : `${name}:${quoted(value)}`
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** What a search for the value has to find: equal values, the same moment, or its words in a row. */
function sameAs(field: InferredField, value: JsonValue): (other: JsonValue) => boolean {
  const { type, tokenizer } = field
  if (type === 'datetime') {
    const read = makeDateParser(field.dateFormats, 0)
    const nanos = (date: JsonValue): bigint => dateToNanos(read(date) ?? 0)
    return (other) => nanos(other) === nanos(value)
  }
  if (type === 'text' && tokenizer !== 'raw' && typeof value === 'string') {
    const wanted = wordsOf(value, tokenizer)
    return (other) => typeof other === 'string' && holdsInARow(wordsOf(other, tokenizer), wanted)
  }
  if (type === 'ip') return (other) => canonicalIp(other) === canonicalIp(value)
  return (other) => numberOf(other) === numberOf(value)
}

function numberOf(value: JsonValue): unknown {
  if (value instanceof JsonFloat) return value.value
  return Object.is(value, -0) ? 0 : value
}

function canonicalIp(value: JsonValue): string {
  const text = typeof value === 'string' ? value : ''
  return text.includes(':') ? new URL(`http://[${text}]`).hostname : text
}

const IDEOGRAPHS =
  /[\u4500-\u9fff\u3400-\u4dbf]|(?:(?![\u4500-\u9fff\u3400-\u4dbf])[\p{Alphabetic}\p{N}])+/gu

function wordsOf(text: string, tokenizer: InferredField['tokenizer']): string[] {
  const pattern = tokenizer === 'chinese_compatible' ? IDEOGRAPHS : /[\p{Alphabetic}\p{N}]+/gu
  return [...text.matchAll(pattern)].map(([word]) => word.toLowerCase())
}

function holdsInARow(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((_, start) => wanted.every((word, i) => words[start + i] === word))
}

import { expect, test } from 'vitest'
import { parseJson, type JsonObject } from '../engine/bytes/json.ts'
import { CLAUSE_OPTIONS } from '../engine/query/elastic-dsl/clause-options.ts'
import { HIGHLIGHT_OPTIONS } from './elastic/highlight.ts'
import type { OptionTable } from './elastic/options/option.ts'
import {
  BULK_ACTION,
  BULK_URL,
  DELETE_BY_QUERY_BODY,
  DELETE_BY_QUERY_URL,
  DOCUMENT_URL,
  EVERYWHERE,
  FIELD_CAPS_BODY,
  FIELD_CAPS_URL,
  PIT_BODY,
  PIT_URL,
} from './elastic/options/request-options.ts'
import {
  COUNT_BODY,
  COUNT_URL,
  MSEARCH_HEADER,
  MSEARCH_URL,
  SEARCH_BODY,
  SEARCH_URL,
} from './elastic/options/search-options.ts'
import { SORT_OPTIONS } from './elastic/sort.ts'
import { ENDPOINTS } from './endpoints.ts'
import { ApiFixture, at, sales } from './testing/api-fixture.ts'

// docs/API.md and docs/COMPATIBILITY.md are made here: `npx vitest run src/api/endpoints.test.ts -u`
// writes them again after a change.

const shop = new ApiFixture()
await shop.createShipped('mock-sales')
await shop.ingest('mock-sales', sales(5))
const SETTINGS = { apiKeys: [], responses: 'plain' } as const

test('the list of endpoints is what is answered, no more and no less', () => {
  const listed = ENDPOINTS.flatMap(({ methods, path }) => methods.map((name) => `${name} ${path}`))
  expect(listed.toSorted()).toEqual([...new Set(shop.as(SETTINGS).routes)].toSorted())
})

test('without a way to write, what writes is not there, and everything else is', () => {
  const reading = ENDPOINTS.filter(({ writes }) => writes !== true)
  const listed = reading.flatMap(({ methods, path }) => methods.map((name) => `${name} ${path}`))
  const { routes } = shop.as(SETTINGS, { ingest: undefined })
  expect(listed.toSorted()).toEqual([...new Set(routes)].toSorted())
})

test('the OpenAPI document has every path with its parameters', async () => {
  const { json } = await shop.ask('/openapi.json')
  expect(at(json, 'openapi')).toBe('3.1.0')
  expect(Object.keys(at(json, 'paths') ?? {})).toHaveLength(
    new Set(ENDPOINTS.map(({ path }) => path)).size,
  )
  const search = at(json, 'paths', '/api/v1/{index}/search', 'get', 'parameters', 0, 'name')
  expect(search).toBe('index')
})

/** Each is sent; docs/API.md shows what came. */
const EXAMPLES: readonly (readonly [what: string, path: string, body?: JsonObject])[] = [
  ['Search', '/api/v1/mock-sales/search?query=quantity:%3E3&max_hits=1&sort_by=id&format=json'],
  [
    'The same with a body',
    '/api/v1/mock-sales/search',
    { query: 'description:paper', max_hits: 0 },
  ],
  ['Count', '/api/v1/_elastic/mock-sales/_count?q=quantity:2'],
  [
    'Aggregate',
    '/api/v1/_elastic/mock-sales/_search',
    { size: 0, aggs: { most: { max: { field: 'price' } } } },
  ],
  ['List indexes', '/api/v1/_elastic/_cat/indices?v&h=index,docs.count'],
  ['What is refused says what to do', '/api/v1/_elastic/_sql', { query: 'SELECT 1' }],
]

/** What differs from run to run. */
function withoutTimes(text: string): string {
  return text.replaceAll(/("(?:took|elapsed_time_micros)": ?)\d+/g, '$10')
}

async function exampleText([what, path, body]: (typeof EXAMPLES)[number]): Promise<string> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await shop.ask(path, sent)
  const data =
    body === undefined ? '' : ` \\\n  -H 'content-type: application/json' -d '${sent.body}'`
  const curl = `curl 'http://127.0.0.1:7280${path}'${data}`
  return `**${what}**\n\n\`\`\`sh\n${curl}\n\`\`\`\n\n\`\`\`\n${withoutTimes(answer.text).trim()}\n\`\`\`\n`
}

test('docs/API.md lists every endpoint, with examples as they were answered', async () => {
  const rows = ENDPOINTS.filter(({ isRefused }) => isRefused !== true).map(
    ({ methods, path, what, writes }) =>
      `| ${methods.join(', ')} | \`${path}\` | ${what} | ${writes === true ? 'local' : ''} |`,
  )
  const examples = await Promise.all(EXAMPLES.map(exampleText))
  const document = `# HTTP API

Made from the routes by \`src/api/endpoints.test.ts\`. What is refused, and what differs from others, is in [COMPATIBILITY.md](COMPATIBILITY.md).

Where a key is asked for, it may come as \`x-api-key\`, as \`Authorization: ApiKey\` or \`Bearer\`, or as the password of basic authentication. A body may be \`gzip\`, \`deflate\`, \`br\` or \`zstd\`, in one piece or in chunks; a GET may have one. \`local\`: only where indexes can be changed, which the searcher function leaves out.

| methods | path | what | |
|---|---|---|---|
${rows.join('\n')}

## Examples

${examples.join('\n')}`
  await expect(document).toMatchFileSnapshot('../../docs/API.md')
})

/** Clauses of Elasticsearch, each with the least that makes it one. */
const CLAUSES: Readonly<Record<string, string>> = {
  match_all: '{}',
  match_none: '{}',
  match: '{"name":"a"}',
  match_phrase: '{"name":"a"}',
  match_phrase_prefix: '{"name":{"query":"a"}}',
  match_bool_prefix: '{"name":"a"}',
  multi_match: '{"query":"a","fields":["name"]}',
  query_string: '{"query":"name:a"}',
  simple_query_string: '{"query":"a","fields":["name"]}',
  term: '{"quantity":1}',
  terms: '{"quantity":[1]}',
  range: '{"quantity":{"gt":1}}',
  exists: '{"field":"name"}',
  prefix: '{"name":"a"}',
  wildcard: '{"name":"a*"}',
  regexp: '{"name":"a.*"}',
  fuzzy: '{"name":"a"}',
  ids: '{"values":["a"]}',
  bool: '{"must":[{"match_all":{}}]}',
  constant_score: '{"filter":{"match_all":{}}}',
  dis_max: '{"queries":[{"match_all":{}}]}',
  boosting: '{"positive":{"match_all":{}},"negative":{"match_none":{}},"negative_boost":0.5}',
  function_score: '{"query":{"match_all":{}}}',
  script_score: '{"query":{"match_all":{}},"script":{"source":"1"}}',
  nested: '{"path":"a","query":{"match_all":{}}}',
  more_like_this: '{"fields":["name"],"like":"a"}',
  geo_distance: '{"distance":"1km","at":[0,0]}',
}

/** The same of aggregations. */
const AGGREGATIONS: Readonly<Record<string, string>> = {
  terms: '{"field":"quantity"}',
  multi_terms: '{"terms":[{"field":"quantity"},{"field":"price"}]}',
  composite: '{"sources":[{"q":{"terms":{"field":"quantity"}}}]}',
  histogram: '{"field":"quantity","interval":2}',
  date_histogram: '{"field":"ts","fixed_interval":"1h"}',
  range: '{"field":"quantity","ranges":[{"to":2}]}',
  date_range: '{"field":"ts","ranges":[{"to":"2024-01-01T00:00:00Z"}]}',
  filter: '{"match_all":{}}',
  filters: '{"filters":{"all":{"match_all":{}}}}',
  missing: '{"field":"quantity"}',
  global: '{}',
  nested: '{"path":"a"}',
  significant_terms: '{"field":"quantity"}',
  rare_terms: '{"field":"quantity"}',
  sampler: '{}',
  avg: '{"field":"price"}',
  sum: '{"field":"price"}',
  min: '{"field":"price"}',
  max: '{"field":"price"}',
  value_count: '{"field":"price"}',
  stats: '{"field":"price"}',
  extended_stats: '{"field":"price"}',
  percentiles: '{"field":"price"}',
  percentile_ranks: '{"field":"price","values":[1]}',
  cardinality: '{"field":"quantity"}',
  weighted_avg: '{"value":{"field":"price"},"weight":{"field":"quantity"}}',
  median_absolute_deviation: '{"field":"price"}',
  top_hits: '{"size":1}',
  top_metrics: '{"metrics":{"field":"price"},"sort":{"id":"asc"}}',
  scripted_metric: '{"map_script":"1"}',
  ip_range: '{"field":"at","ranges":[{"to":"::1"}]}',
  ip_prefix: '{"field":"at","prefix_length":8}',
  auto_date_histogram: '{"field":"ts"}',
  variable_width_histogram: '{"field":"price","buckets":2}',
  adjacency_matrix: '{"filters":{"all":{"match_all":{}}}}',
  significant_text: '{"field":"name"}',
  diversified_sampler: '{}',
  random_sampler: '{"probability":0.5}',
  geo_distance: '{"field":"a","origin":"0,0","ranges":[{"to":1}]}',
  geohash_grid: '{"field":"a"}',
  geotile_grid: '{"field":"a"}',
  geohex_grid: '{"field":"a"}',
  geo_bounds: '{"field":"a"}',
  geo_centroid: '{"field":"a"}',
  geo_line: '{}',
  matrix_stats: '{"fields":["price"]}',
  string_stats: '{"field":"name"}',
  boxplot: '{"field":"price"}',
  t_test: '{}',
  rate: '{"unit":"hour"}',
  time_series: '{}',
  categorize_text: '{"field":"name"}',
  frequent_item_sets: '{}',
  children: '{"type":"a"}',
  parent: '{"type":"a"}',
  reverse_nested: '{}',
}

/** Inside a histogram, or beside one called `h`. */
const PIPELINES: Readonly<Record<string, string>> = {
  derivative: '{"buckets_path":"_count"}',
  cumulative_sum: '{"buckets_path":"_count"}',
  serial_diff: '{"buckets_path":"_count"}',
  moving_fn: '{"buckets_path":"_count","window":2,"script":"MovingFunctions.max(values)"}',
  moving_avg: '{"buckets_path":"_count"}',
  bucket_script: '{"buckets_path":{"n":"_count"},"script":"params.n * 2.0"}',
  bucket_selector: '{"buckets_path":{"n":"_count"},"script":"params.n > 1"}',
  bucket_sort: '{"size":1}',
  avg_bucket: '{"buckets_path":"h>_count"}',
  sum_bucket: '{"buckets_path":"h>_count"}',
  min_bucket: '{"buckets_path":"h>_count"}',
  max_bucket: '{"buckets_path":"h>_count"}',
  stats_bucket: '{"buckets_path":"h>_count"}',
  extended_stats_bucket: '{"buckets_path":"h>_count"}',
  percentiles_bucket: '{"buckets_path":"h>_count"}',
  cumulative_cardinality: '{"buckets_path":"_count"}',
  normalize: '{"buckets_path":"_count","method":"mean"}',
}

/** A request with the pipeline where it may stand. */
function pipelineRequest(name: string, body: string): string {
  const histogram = '"histogram":{"field":"quantity","interval":2}'
  return body.includes('h>')
    ? `"aggs":{"h":{${histogram}},"p":{"${name}":${body}}}`
    : `"aggs":{"h":{${histogram},"aggs":{"p":{"${name}":${body}}}}}`
}

await shop.create(
  'version: 0.9\nindex_id: addresses\ndoc_mapping: {field_mappings: [{name: at, type: ip, fast: true}]}',
)

async function isAnswered(part: string): Promise<'yes' | 'refused'> {
  const body = parseJson(`{"size":0,${part}}`)
  const index = part.includes('"ip_') ? 'addresses' : 'mock-sales'
  const answer = await shop.ask(`/api/v1/_elastic/${index}/_search`, {
    body: JSON.stringify(body),
  })
  if (answer.status === 200) return 'yes'
  // Whatever is not answered is refused in words, never ignored, never our own fault.
  expect([part, answer.status]).toEqual([part, 400])
  return 'refused'
}

const OPTION_TABLES: Readonly<Record<string, OptionTable | typeof CLAUSE_OPTIONS>> = {
  'search body': SEARCH_BODY,
  'search URL': SEARCH_URL,
  'count body': COUNT_BODY,
  'count URL': COUNT_URL,
  '_msearch header': MSEARCH_HEADER,
  '_msearch URL': MSEARCH_URL,
  'point in time': PIT_BODY,
  'point in time URL': PIT_URL,
  '_field_caps body': FIELD_CAPS_BODY,
  '_field_caps URL': FIELD_CAPS_URL,
  '_bulk action': BULK_ACTION,
  '_bulk URL': BULK_URL,
  'document URL': DOCUMENT_URL,
  '_delete_by_query URL': DELETE_BY_QUERY_URL,
  '_delete_by_query body': DELETE_BY_QUERY_BODY,
  'every URL': EVERYWHERE,
  sort: SORT_OPTIONS,
  highlight: HIGHLIGHT_OPTIONS,
  clause: CLAUSE_OPTIONS,
}

/** One row for options that several places treat alike. */
function optionRows(): string[] {
  const places = new Map<string, string[]>()
  for (const [place, table] of Object.entries(OPTION_TABLES)) {
    for (const [name, option] of Object.entries(table)) {
      if (option.kind === 'done') continue
      const verdict = option.kind === 'noEffect' ? 'no effect' : 'refused'
      const way = option.kind === 'refused' ? `: ${option.fix}` : ''
      const row = `| \`${name}\` | ${verdict} | ${option.why}${way} |`.replaceAll('*', '\\*')
      places.set(row, [...(places.get(row) ?? []), place])
    }
  }
  return [...places].map(([row, where]) => `| ${where.join(', ')} ${row}`)
}

test('docs/COMPATIBILITY.md tells of every endpoint, clause and aggregation what comes of it', async () => {
  const endpoints = ENDPOINTS.map(({ methods, path, what, differs, isRefused }) => {
    const verdict = isRefused === true ? 'refused' : differs === undefined ? 'yes' : 'differs'
    const note = isRefused === true ? what : (differs ?? '')
    return `| ${methods.join(', ')} \`${path}\` | ${verdict} | ${note.replaceAll('|', '\\|')} |`
  })
  const clauses: string[] = []
  for (const [name, body] of Object.entries(CLAUSES)) {
    clauses.push(`| \`${name}\` | ${await isAnswered(`"query":{"${name}":${body}}`)} |`)
  }
  const aggregations: string[] = []
  for (const [name, body] of Object.entries(AGGREGATIONS)) {
    aggregations.push(`| \`${name}\` | ${await isAnswered(`"aggs":{"a":{"${name}":${body}}}`)} |`)
  }
  for (const [name, body] of Object.entries(PIPELINES)) {
    aggregations.push(`| \`${name}\` | ${await isAnswered(pipelineRequest(name, body))} |`)
  }
  const document = `# Compatibility

Made by \`src/api/endpoints.test.ts\`: the endpoints from the routes, the clauses and the aggregations by asking for each. What is refused answers with the reason and the nearest thing that works. No option is ignored in silence: one that is not listed under *Options* is done as Elasticsearch does it, and one that there is not is refused by name; only \`_bulk\` takes URL parameters that nobody knows, as Quickwit does, and endpoints that only say what there is (such as \`/\`, \`_license\`, \`_alias\`, \`_template\`) do not look at theirs.

## Endpoints

| endpoint | | note |
|---|---|---|
${endpoints.join('\n')}

## Query clauses

| clause | |
|---|---|
${clauses.join('\n')}

## Aggregations

| aggregation | |
|---|---|
${aggregations.join('\n')}

## Options

| where | option | | |
|---|---|---|---|
${optionRows().join('\n')}
`
  await expect(document).toMatchFileSnapshot('../../docs/COMPATIBILITY.md')
})

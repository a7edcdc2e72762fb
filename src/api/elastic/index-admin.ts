import type { Context, Hono } from 'hono'
import { stringifyJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { publishedSplits, type IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { indexPatterns, matchingIndexes } from '../index-patterns.ts'
import { jsonText } from '../reply.ts'
import type { RequestFields } from '../request-fields.ts'
import { missingIndexesOf } from './search-params.ts'
import { pathPatterns, urlFields } from './request-parts.ts'

const STATS_PARAMS = ['ignore_unavailable', 'expand_wildcards', 'forbid_closed_indices', 'level']
const RESOLVE_PARAMS = ['ignore_unavailable', 'expand_wildcards', 'allow_no_indices']
const DELETE_PARAMS = [
  'ignore_unavailable',
  'allow_no_indices',
  'expand_wildcards',
  'timeout',
  'master_timeout',
]

/** What a node says of its indexes: statistics, listing, names. */
export function addIndexAdminRoutes(app: Hono, { metastore }: SearchContext): void {
  const files = async (c: Context, fields: RequestFields): Promise<IndexFile[]> =>
    await matchingIndexes(metastore, pathPatterns(c), missingIndexesOf(fields))
  for (const path of ['/_stats', '/:index/_stats']) {
    app.get(path, async (c) => reply(statsJson(await files(c, urlFields(c, STATS_PARAMS)))))
  }
  for (const path of ['/_cat/indices', '/_cat/indices/:index']) {
    app.get(path, async (c) => {
      const fields = urlFields(c, CAT_PARAMS)
      const columns = checkCat(fields)
      const health = fields.text('health') ?? GREEN
      const rows = (await files(c, fields)).map(catRow).filter((row) => row.health === health)
      return reply(rows.map((row) => pick(row, columns)))
    })
  }
  app.get('/_resolve/index/:index', async (c) => {
    const found = await files(c, urlFields(c, RESOLVE_PARAMS))
    const indices = found.map(({ metadata }) => ({ name: metadata.indexId, attributes: ['open'] }))
    return reply({ indices, aliases: [], data_streams: [] })
  })
}

/** Ids only: a pattern that deletes is a mistake waiting to happen. */
export function addIndexDeletion(app: Hono, { metastore }: SearchContext): void {
  app.delete('/:index', async (c) => {
    const fields = urlFields(c, DELETE_PARAMS)
    const expression = c.req.param('index')
    const ids = indexPatterns(expression)
    if (ids.some((id) => id.includes('*') || id.startsWith('-') || id === '_all')) {
      throw new QwError('invalid', `\`${expression}\`: deleting takes exact index ids`, {
        fix: 'name every index to delete, separated by commas',
      })
    }
    const found = await matchingIndexes(metastore, ids, missingIndexesOf(fields))
    for (const { metadata } of found) await metastore.deleteIndex(metadata.indexId)
    return reply({ acknowledged: true })
  })
}

interface Totals {
  docs: number
  sizeBytes: number
  splits: number
}

function totalsOf(files: readonly IndexFile[]): Totals {
  const totals: Totals = { docs: 0, sizeBytes: 0, splits: 0 }
  for (const split of files.flatMap(publishedSplits)) {
    totals.docs += split.docCount
    totals.sizeBytes += splitSizeBytes(split)
    totals.splits++
  }
  return totals
}

function statsJson(files: readonly IndexFile[]): JsonObject {
  const entry = ({ docs, sizeBytes, splits }: Totals): JsonObject => ({
    primaries: { store: { size_in_bytes: sizeBytes }, docs: { count: docs } },
    total: { segments: { count: splits }, docs: { count: docs } },
  })
  const indices = files.map((file) => [file.metadata.indexId, entry(totalsOf([file]))])
  return { _all: entry(totalsOf(files)), indices: Object.fromEntries(indices) }
}

const CAT_PARAMS = [
  'format',
  'h',
  'health',
  's',
  'bytes',
  'v',
  'ignore_unavailable',
  'expand_wildcards',
]
const CAT_COLUMNS = [
  'health',
  'status',
  'index',
  'uuid',
  'pri',
  'rep',
  'docs.count',
  'docs.deleted',
  'store.size',
  'pri.store.size',
  'dataset.size',
] as const

/** An index is readable or it is not there: no other colour occurs. */
const GREEN = 'green'

type CatRow = Readonly<Record<(typeof CAT_COLUMNS)[number], string>>

/** The columns to show. Throws `invalid` for what Quickwit refuses too. */
function checkCat(fields: RequestFields): readonly string[] {
  if (fields.text('format') !== 'json') {
    throw new QwError('invalid', 'only `format=json` is supported', { fix: 'add `?format=json`' })
  }
  for (const name of ['bytes', 'v']) {
    if (fields.has(name)) throw new QwError('invalid', `\`${name}\` is not supported`)
  }
  const sort = fields.text('s')
  if (sort !== undefined && sort !== 'index' && sort !== 'index:asc') {
    throw new QwError('invalid', '`s` can only be `index` or `index:asc`')
  }
  const columns = fields.list('h')
  const unknown = columns.find((name) => !CAT_COLUMNS.some((column) => column === name))
  if (unknown === undefined) return columns.length === 0 ? CAT_COLUMNS : columns
  throw new QwError('invalid', `unknown column \`${unknown}\``, {
    fix: `choose from ${CAT_COLUMNS.join(', ')}`,
  })
}

function catRow(file: IndexFile): CatRow {
  const { docs, sizeBytes } = totalsOf([file])
  const size = sizeText(sizeBytes)
  const sourceBytes = publishedSplits(file).reduce((sum, split) => sum + split.sourceBytes, 0)
  return {
    health: GREEN,
    status: 'open',
    index: file.metadata.indexId,
    uuid: file.metadata.indexUid,
    pri: '1',
    rep: '1',
    'docs.count': String(docs),
    'docs.deleted': '0',
    'store.size': size,
    'pri.store.size': size,
    'dataset.size': sizeText(sourceBytes),
  }
}

function pick(row: CatRow, columns: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)))
}

const UNITS = ['b', 'kb', 'mb', 'gb', 'tb', 'pb']

/** `812b`, `1.5kb`, `2.0mb`: 1024-based. */
function sizeText(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  return `${unit === 0 ? size : size.toFixed(1)}${UNITS[unit] ?? ''}`
}

function reply(value: JsonValue): Response {
  return jsonText(stringifyJson(value))
}

import type { Context, Hono } from 'hono'
import { QwError } from '../../engine/errors.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import { heldResponse } from '../held-response.ts'
import { matchingIndexes } from '../index-patterns.ts'
import type { RequestFields } from '../request-fields.ts'
import { CLUSTER_NAME, NODE_NAME } from './node-info.ts'
import { elasticReply, INDEX_PARAMS, pathPatterns, urlFields } from './request-parts.ts'
import { missingIndexesOf } from './search-params.ts'
import { sizeText, totalsOf } from './totals.ts'

/** What one of the tables can show: the name of each column and how else clients call it. */
interface Column {
  readonly name: string
  readonly aliases: readonly string[]
  /** Bytes are written in the unit that was asked for; numbers stand at the right. */
  readonly holds: 'text' | 'number' | 'bytes'
  /** Shown only when `h` names it. */
  readonly onDemand?: boolean
}

type Row = Readonly<Record<string, string | number>>

const CAT_PARAMS = ['format', 'h', 's', 'v', 'bytes', 'help', 'time', 'ts', ...INDEX_PARAMS]

const text = (name: string, ...aliases: string[]): Column => ({ name, aliases, holds: 'text' })
const number = (name: string, ...aliases: string[]): Column => ({ name, aliases, holds: 'number' })
const bytes = (name: string, ...aliases: string[]): Column => ({ name, aliases, holds: 'bytes' })

const INDICES: readonly Column[] = [
  text('health', 'h'),
  text('status', 's'),
  text('index', 'i', 'idx'),
  text('uuid', 'id'),
  number('pri', 'p', 'shards.primary'),
  number('rep', 'r', 'shards.replica'),
  number('docs.count', 'dc', 'docsCount'),
  number('docs.deleted', 'dd', 'docsDeleted'),
  bytes('store.size', 'ss', 'storeSize'),
  bytes('pri.store.size'),
  bytes('dataset.size'),
  { ...number('creation.date', 'cd'), onDemand: true },
  { ...text('creation.date.string', 'cds'), onDemand: true },
]

const CLOCK = [number('epoch', 't', 'time'), text('timestamp', 'ts', 'hms', 'hhmmss')]

const HEALTH: readonly Column[] = [
  ...CLOCK,
  text('cluster', 'cl'),
  text('status', 'st'),
  number('node.total', 'nt', 'nodeTotal'),
  number('node.data', 'nd', 'nodeData'),
  number('shards', 't', 'sh', 'shards.total'),
  number('pri', 'p', 'shards.primary'),
  number('unassign', 'u', 'shards.unassigned'),
]

const COUNT: readonly Column[] = [...CLOCK, number('count', 'dc', 'docs.count', 'docsCount')]

const ALIASES = ['alias', 'index', 'filter', 'routing.index', 'routing.search', 'is_write_index']

const NODES: readonly Column[] = [
  text('ip', 'i'),
  text('node.role', 'r', 'role', 'nodeRole'),
  text('master', 'm'),
  text('name', 'n'),
]

/** Tables for people, and for programs with `format=json`. */
export function addCatRoutes(app: Hono, { metastore, clock }: SearchContext): void {
  const files = async (c: Context, fields: RequestFields): Promise<IndexFile[]> =>
    await matchingIndexes(metastore, pathPatterns(c), missingIndexesOf(fields))
  app.get('/_cat', () => plainText(CAT_PATHS.map((path) => `${path}\n`)))
  for (const path of ['/_cat/indices', '/_cat/indices/:index']) {
    app.get(path, async (c) => {
      const fields = urlFields(c, [...CAT_PARAMS, 'health', 'pri', 'include_unloaded_segments'])
      const health = fields.oneOf('health', ['green', 'yellow', 'red']) ?? GREEN
      const rows = health === GREEN ? (await files(c, fields)).map(indexRow) : []
      return catReply(fields, INDICES, rows)
    })
  }
  for (const path of ['/_cat/count', '/_cat/count/:index']) {
    app.get(path, async (c) => {
      const fields = urlFields(c, CAT_PARAMS)
      const { docs } = totalsOf(await files(c, fields))
      return catReply(fields, COUNT, [{ ...timeRow(clock.nowMs()), count: docs }])
    })
  }
  app.get('/_cat/health', async (c) => {
    const { length } = await metastore.listIndexIds()
    const shards = { shards: length, pri: length, unassign: 0 }
    const nodes = { cluster: CLUSTER_NAME, status: GREEN, 'node.total': 1, 'node.data': 1 }
    const row = { ...timeRow(clock.nowMs()), ...nodes, ...shards }
    return catReply(urlFields(c, CAT_PARAMS), HEALTH, [row])
  })
  for (const path of ['/_cat/aliases', '/_cat/aliases/:alias']) {
    app.get(path, (c) =>
      catReply(
        urlFields(c, CAT_PARAMS),
        ALIASES.map((name) => text(name)),
        [],
      ),
    )
  }
  app.get('/_cat/nodes', (c) => {
    const ip = new URL(c.req.url).hostname
    const row = { ip, 'node.role': 'di', master: '*', name: NODE_NAME }
    return catReply(urlFields(c, [...CAT_PARAMS, 'full_id']), NODES, [row])
  })
}

const CAT_PATHS = ['indices', 'count', 'health', 'aliases', 'nodes'].map((name) => `/_cat/${name}`)

/** An index is readable or it is not there: no other colour occurs. */
const GREEN = 'green'

function indexRow(file: IndexFile): Row {
  const { docs, sizeBytes, sourceBytes } = totalsOf([file])
  const createdMs = file.metadata.createTimestamp * 1000
  return {
    health: GREEN,
    status: 'open',
    index: file.metadata.indexId,
    uuid: file.metadata.indexUid,
    pri: 1,
    rep: 1,
    'docs.count': docs,
    'docs.deleted': 0,
    'store.size': sizeBytes,
    'pri.store.size': sizeBytes,
    'dataset.size': sourceBytes,
    'creation.date': createdMs,
    'creation.date.string': new Date(createdMs).toISOString(),
  }
}

function timeRow(nowMs: number): Row {
  const timestamp = new Date(nowMs).toISOString().slice(11, 19)
  return { epoch: Math.floor(nowMs / 1000), timestamp }
}

/** Columns by `h`, rows by `s`, as text or with `format=json` as JSON. Throws for a name unknown here. */
function catReply(
  fields: RequestFields,
  columns: readonly Column[],
  rows: readonly Row[],
): Response {
  const format = fields.oneOf('format', ['text', 'json']) ?? 'text'
  const unit = fields.oneOf('bytes', ['b', 'kb', 'mb', 'gb', 'tb', 'pb'])
  if (isSet(fields, 'help')) return textReply(columns.map((c) => [c.name, c.aliases.join(',')]))
  const named = fields.list('h').map((name) => columnOf(name, columns))
  const shown = named.length > 0 ? named : columns.filter(({ onDemand }) => onDemand !== true)
  const cells = sorted(fields, columns, rows).map((row) =>
    shown.map(({ name, holds }) => {
      const value = row[name] ?? ''
      return holds === 'bytes' ? sizeText(Number(value), unit) : String(value)
    }),
  )
  if (format === 'json') {
    const objects = cells.map((line) => shown.map(({ name }, i) => [name, line[i] ?? ''] as const))
    return elasticReply(objects.map((entries) => Object.fromEntries(entries)))
  }
  const header = isSet(fields, 'v') ? [shown.map(({ name }) => name)] : []
  return textReply([...header, ...cells], shown)
}

/** `v` and `v=true` alike. */
function isSet(fields: RequestFields, name: string): boolean {
  const value = fields.oneOf(name, ['', 'true', 'false'])
  return value !== undefined && value !== 'false'
}

function columnOf(name: string, columns: readonly Column[]): Column {
  const found =
    columns.find((column) => column.name === name) ??
    columns.find((column) => column.aliases.includes(name))
  if (found !== undefined) return found
  throw new QwError('invalid', `unknown column \`${name}\``, {
    fix: `choose from ${columns.map((column) => column.name).join(', ')}`,
  })
}

function sorted(
  fields: RequestFields,
  columns: readonly Column[],
  rows: readonly Row[],
): readonly Row[] {
  const keys = fields.list('s').map((part) => {
    const [name = '', order = 'asc'] = part.split(':')
    return { ...columnOf(name, columns), sign: order === 'desc' ? -1 : 1 }
  })
  return rows.toSorted((a, b) => {
    for (const { name, sign } of keys) {
      const [left = '', right = ''] = [a[name], b[name]]
      if (left !== right) return left < right ? -sign : sign
    }
    return 0
  })
}

function textReply(
  lines: readonly (readonly string[])[],
  columns: readonly Column[] = [],
): Response {
  const widths = (lines[0] ?? []).map((_, i) =>
    Math.max(...lines.map((line) => line[i]?.length ?? 0)),
  )
  const rows = lines.map((line) => {
    const padded = line.map((cell, i) => {
      const width = widths[i] ?? 0
      const isRight = columns[i] !== undefined && columns[i].holds !== 'text'
      return isRight ? cell.padStart(width) : cell.padEnd(width)
    })
    return `${padded.join(' ').trimEnd()}\n`
  })
  return plainText(rows)
}

function plainText(lines: readonly string[]): Response {
  return heldResponse(lines.join(''), { headers: { 'content-type': 'text/plain; charset=UTF-8' } })
}

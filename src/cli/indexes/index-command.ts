import {
  isJsonObject,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { apiGetJson, type ApiClient } from '../stack/api-client.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { drawRanges } from './draw-splits.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { printJson, printRows } from '../command/rows.ts'
import { readTimeNs } from '../command/time-argument.ts'
import { floorDiv, formatTime, type Zone } from '../format/time.ts'
import { localClient } from '../stack/local-client.ts'
import { currentDataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { choice, flag, integer, text } from '../command/option.ts'
import { zoneOf } from '../command/time-zone.ts'

export const indexListCommand = defineCommand({
  pages: () => true,
  options: {},
  async run(context) {
    const client = localClient(await currentDataStack(context), context.version)
    const all = await apiGetJson(client, '/indexes?format=json')
    const metadata = (Array.isArray(all) ? all : []).filter(isJsonObject)
    const indexes = await Promise.all(
      metadata.map(async (index) => {
        const stats = await statsOf(client, textAt(configOf(index), 'index_id'))
        return { stats, retention: retentionOf(index) }
      }),
    )
    if (context.format === 'json') {
      return await printJson(
        context,
        indexes.map(({ stats, retention }) => ({
          id: stats['index_id'],
          docs: stats['num_published_docs'],
          splits: stats['num_published_splits'],
          bytes: stats['size_published_splits'],
          min_ts: stats['min_timestamp'],
          max_ts: stats['max_timestamp'],
          retention,
        })),
      )
    }
    if (indexes.length === 0) {
      return context.report.note(
        'There is no index yet. Make one: qw-lambda ingest <file> --create',
      )
    }
    const zone = zoneOf(context)
    const rows = indexes.map(({ stats, retention }) => [
      textAt(stats, 'index_id'),
      count(stats, 'num_published_docs'),
      count(stats, 'num_published_splits'),
      formatBytes(Number(stats['size_published_splits'])),
      timeCell(stats['max_timestamp'], zone),
      retention ?? 'forever',
    ])
    const columns = [
      { name: 'index' },
      { name: 'docs', align: 'right' as const },
      { name: 'splits', align: 'right' as const },
      { name: 'bytes', align: 'right' as const },
      { name: 'newest', whole: true },
      { name: 'kept for' },
    ]
    await printRows(context, columns, rows)
  },
})

export const indexDescribeCommand = defineCommand({
  pages: () => true,
  args: [['[id]', 'index id (the stack’s default)']],
  options: { mapping: flag('--mapping', 'also the index config with every default') },
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const client = localClient(stack, context.version)
    const id = await currentIndex(context, stack, args[0])
    const [stats, metadata, splits] = await Promise.all([
      statsOf(client, id),
      apiGetJson(client, `${pathOf(id)}?format=json`),
      splitsOf(client, id, ''),
    ])
    const config = configOf(metadata)
    const retention = retentionOf(metadata)
    const states = stateCounts(splits)
    if (context.format === 'json') {
      return await context.out.write(
        `${stringifyJson({
          schema: 'qw-lambda/index/1',
          id: stats['index_id'] ?? id,
          docs: stats['num_published_docs'] ?? 0,
          splits: states,
          bytes: stats['size_published_splits'] ?? 0,
          uncompressed_bytes: stats['size_published_docs_uncompressed'] ?? 0,
          min_ts: stats['min_timestamp'] ?? null,
          max_ts: stats['max_timestamp'] ?? null,
          retention,
          ...(options.mapping === true ? { mapping: config } : {}),
        })}\n`,
      )
    }
    const zone = zoneOf(context)
    const rows: Fact[] = [
      ['index', textAt(stats, 'index_id')],
      ['documents', count(stats, 'num_published_docs')],
      ['splits', splitsText(states, splits)],
      ['merging', mergingText(splits)],
      ['bytes', bytesText(stats)],
      ['time field', textAt(stats, 'timestamp_field_name') || 'none'],
      ['oldest', timeCell(stats['min_timestamp'], zone)],
      ['newest', timeCell(stats['max_timestamp'], zone)],
      ['kept for', retentionText(retention, stats['min_timestamp'], context.clock.nowMs())],
    ]
    await context.out.write(drawFacts(rows, context.out))
    if (options.mapping === true) {
      // The YAML library, which nothing else of this command needs.
      const { yamlOfConfig } = await import('../../engine/schema/config-text.ts')
      await context.out.write(`\n${yamlOfConfig(config)}`)
    }
  },
})

const SORT_KEYS = ['docs', 'bytes', 'time', 'created'] as const

export const indexSplitsCommand = defineCommand({
  pages: () => true,
  args: [['[id]', 'index id (the stack’s default)']],
  options: {
    state: choice('--state <state>', 'only splits in this state', [
      'Published',
      'MarkedForDeletion',
    ]),
    since: text('--since <time>', 'only splits with documents after this: 2h, 2026-11-23'),
    sort: choice('--sort <key>', 'largest or newest first by this (created)', SORT_KEYS),
    limit: integer('--limit <count>', 'at most this many', 1),
    draw: flag('--draw', 'draw how they overlap in time'),
  },
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const client = localClient(stack, context.version)
    const id = await currentIndex(context, stack, args[0])
    const query = new URLSearchParams()
    if (options.state !== undefined) query.set('split_states', options.state)
    if (options.since !== undefined) {
      query.set('start_timestamp', String(sinceSeconds(options.since, context.clock.nowMs())))
    }
    const all = await splitsOf(client, id, query.toString())
    const key = sortKey(options.sort ?? 'created')
    const splits = all.toSorted((a, b) => key(b) - key(a)).slice(0, options.limit)
    if (context.format === 'json') {
      const withOverlaps = splits.map((split) => ({ ...split, overlaps: overlapCount(split, all) }))
      return await context.out.write(`${stringifyJson(withOverlaps)}\n`)
    }
    if (options.draw === true) return await drawOverlaps(context, splits)
    const nowMs = context.clock.nowMs()
    const zone = zoneOf(context)
    const rows = splits.map((split) => [
      textAt(split, 'split_id'),
      textAt(split, 'split_state'),
      count(split, 'num_docs'),
      formatBytes(sizeOf(split)),
      rangeCell(split['time_range'], zone),
      formatDuration(Math.max(0, nowMs - Number(split['create_timestamp'] ?? 0) * 1_000)),
      count(split, 'num_merge_ops'),
    ])
    const columns = [
      { name: 'split' },
      { name: 'state' },
      { name: 'docs', align: 'right' as const },
      { name: 'bytes', align: 'right' as const },
      { name: 'time range' },
      { name: 'age', align: 'right' as const },
      { name: 'merges', align: 'right' as const },
    ]
    await printRows(context, columns, rows, 'blocks')
  },
})

const BAR_CELLS = 40

async function drawOverlaps(context: CliContext, splits: readonly JsonObject[]): Promise<void> {
  const ranges = splits.map(rangeOf)
  const bars = drawRanges(ranges, { width: BAR_CELLS, ascii: context.out.style.ascii })
  const known = ranges.flatMap((range) => range ?? [])
  const zone = zoneOf(context)
  const rows = splits.map((split, i) => [
    textAt(split, 'split_id'),
    count(split, 'num_docs'),
    bars[i] ?? '',
  ])
  const columns = [
    { name: 'split' },
    { name: 'docs', align: 'right' as const },
    { name: 'time', whole: true },
  ]
  await printRows(context, columns, rows)
  if (known.length === 0) return
  const first = Math.min(...known.map(({ start }) => start))
  const last = Math.max(...known.map(({ end }) => end))
  context.report.note(`From ${timeCell(first, zone)} to ${timeCell(last, zone)}.`)
}

function pathOf(id: string): string {
  return `/indexes/${encodeURIComponent(id)}`
}

async function statsOf(client: ApiClient, id: string): Promise<JsonObject> {
  const stats = await apiGetJson(client, `${pathOf(id)}/describe?format=json`)
  return isJsonObject(stats) ? stats : {}
}

async function splitsOf(client: ApiClient, id: string, query: string): Promise<JsonObject[]> {
  const answer = await apiGetJson(client, `${pathOf(id)}/splits?format=json&${query}`)
  const splits = isJsonObject(answer) ? answer['splits'] : []
  return Array.isArray(splits) ? splits.filter(isJsonObject) : []
}

function configOf(metadata: JsonValue): JsonObject {
  const config = isJsonObject(metadata) ? metadata['index_config'] : undefined
  return isJsonObject(config) ? config : {}
}

function retentionOf(metadata: JsonValue): string | null {
  const retention = configOf(metadata)['retention']
  return isJsonObject(retention) ? textAt(retention, 'period') : null
}

function stateCounts(splits: readonly JsonObject[]): JsonObject {
  const inState = (state: string): number =>
    splits.filter((split) => split['split_state'] === state).length
  return {
    published: inState('Published'),
    staged: inState('Staged'),
    marked: inState('MarkedForDeletion'),
  }
}

/** `3 (2 marked for deletion); documents 12 … 80,000, middle 5,000` */
function splitsText(states: JsonObject, splits: readonly JsonObject[]): string {
  const marked = Number(states['marked'])
  const note = marked === 0 ? '' : ` and ${formatCount(marked)} marked for deletion`
  const sizes = splits
    .filter((split) => split['split_state'] === 'Published')
    .map((split) => Number(split['num_docs']))
    .toSorted((a, b) => a - b)
  const [least] = sizes
  const most = sizes.at(-1)
  const middle = sizes[Math.floor(sizes.length / 2)]
  if (least === undefined || most === undefined || middle === undefined || sizes.length < 2) {
    return `${formatCount(sizes.length)}${note}`
  }
  return `${formatCount(sizes.length)}${note}, of ${formatCount(least)} to ${formatCount(most)} documents (middle ${formatCount(middle)})`
}

/** Mature splits are left alone for good. */
function mergingText(splits: readonly JsonObject[]): string {
  const published = splits.filter((split) => split['split_state'] === 'Published')
  const young = published.filter((split) => {
    const maturity = split['maturity']
    return isJsonObject(maturity) && maturity['type'] === 'immature'
  })
  if (published.length === 0) return 'nothing to merge'
  return young.length === 0
    ? 'all splits are as large as they get'
    : `${formatCount(young.length)} of ${plural(published.length, 'split')} may still be merged`
}

function bytesText(stats: JsonObject): string {
  const bytes = Number(stats['size_published_splits'])
  const source = Number(stats['size_published_docs_uncompressed'])
  if (source === 0) return formatBytes(bytes)
  return `${formatBytes(bytes)} (${((bytes / source) * 100).toFixed(0)} % of ${formatBytes(source)} source)`
}

function retentionText(
  period: string | null,
  oldest: JsonValue | undefined,
  nowMs: number,
): string {
  if (period === null) return 'forever'
  if (typeof oldest !== 'number') return period
  return `${period}; the oldest document is ${formatDuration(Math.max(0, nowMs - oldest * 1_000))} old`
}

function sinceSeconds(since: string, nowMs: number): number {
  return Number(floorDiv(readTimeNs('--since', since, nowMs), 1_000_000_000n))
}

function sortKey(name: (typeof SORT_KEYS)[number]): (split: JsonObject) => number {
  switch (name) {
    case 'docs':
      return (split) => Number(split['num_docs'])
    case 'bytes':
      return sizeOf
    case 'time':
      return (split) => rangeOf(split)?.end ?? -Infinity
    case 'created':
      return (split) => Number(split['create_timestamp'] ?? 0)
  }
}

function rangeOf(split: JsonObject): { readonly start: number; readonly end: number } | undefined {
  const range = split['time_range']
  return isJsonObject(range)
    ? { start: Number(range['start']), end: Number(range['end']) }
    : undefined
}

/** Other published splits of the same time: those that a search of one has to open too. */
function overlapCount(split: JsonObject, all: readonly JsonObject[]): number {
  const range = rangeOf(split)
  if (range === undefined) return 0
  return all.filter((other) => {
    if (other === split || other['split_state'] !== 'Published') return false
    const theirs = rangeOf(other)
    return theirs !== undefined && theirs.start <= range.end && range.start <= theirs.end
  }).length
}

/** Empty when there is none. */
function textAt(object: JsonObject, key: string): string {
  const value = object[key]
  return typeof value === 'string' ? value : ''
}

function count(object: JsonObject, key: string): string {
  return formatCount(Number(object[key] ?? 0))
}

function sizeOf(split: JsonObject): number {
  const offsets = split['footer_offsets']
  return isJsonObject(offsets) ? Number(offsets['end']) : 0
}

function timeCell(seconds: JsonValue | undefined, zone: Zone): string {
  return typeof seconds === 'number' ? formatTime(seconds * 1_000, zone, 'seconds') : '-'
}

function rangeCell(range: JsonValue | undefined, zone: Zone): string {
  return isJsonObject(range)
    ? `${timeCell(range['start'], zone)} - ${timeCell(range['end'], zone)}`
    : '-'
}

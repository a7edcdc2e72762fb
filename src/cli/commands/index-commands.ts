import { isJsonObject, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { apiGet, apiGetJson } from '../api-client.ts'
import { defineCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { formatBytes, formatCount } from '../format/number.ts'
import { drawTable } from '../format/table.ts'
import { formatTime } from '../format/time.ts'
import { localClient } from '../local-client.ts'
import { currentIndex, currentLocalStack } from '../local-stacks.ts'
import { choice, integer } from '../option.ts'

export const indexListCommand = defineCommand({
  summary: 'the indexes with their documents, splits and bytes',
  options: {},
  async run(context) {
    const client = localClient(await currentLocalStack(context), context.version)
    const all = await apiGetJson(client, '/indexes?format=json')
    const ids = (Array.isArray(all) ? all : []).map(indexIdOf)
    const described = await Promise.all(
      ids.map((id) => apiGetJson(client, `/indexes/${id}/describe?format=json`)),
    )
    if (context.format === 'json') return await context.out.write(`${jsonLine(described)}\n`)
    const rows = described.filter(isJsonObject).map((stats) => [
      String(stats['index_id']),
      count(stats, 'num_published_docs'),
      count(stats, 'num_published_splits'),
      formatBytes(Number(stats['size_published_splits'])),
      timeCell(stats['max_timestamp']),
    ])
    await printRows(context, ['index', 'docs', 'splits', 'bytes', 'newest'], rows)
  },
})

export const indexDescribeCommand = defineCommand({
  summary: 'one index: totals, time range, compression',
  args: [['[id]', 'index id (the stack’s default)']],
  options: {},
  async run(context, { args }) {
    const stack = await currentLocalStack(context)
    const client = localClient(stack, context.version)
    const id = await currentIndex(context, stack, args[0])
    const answer = await apiGet(client, `/indexes/${encodeURIComponent(id)}/describe?format=json`)
    if (context.format === 'json') return await context.out.write(`${answer.text}\n`)
    const stats = await apiGetJson(client, `/indexes/${encodeURIComponent(id)}/describe?format=json`)
    if (!isJsonObject(stats)) return
    const bytes = Number(stats['size_published_splits'])
    const source = Number(stats['size_published_docs_uncompressed'])
    const rows = [
      ['index', String(stats['index_id'])],
      ['documents', count(stats, 'num_published_docs')],
      ['splits', count(stats, 'num_published_splits')],
      ['bytes', `${formatBytes(bytes)}${source === 0 ? '' : ` (${((bytes / source) * 100).toFixed(0)} % of ${formatBytes(source)} source)`}`],
      ['time field', String(stats['timestamp_field_name'] ?? 'none')],
      ['oldest', timeCell(stats['min_timestamp'])],
      ['newest', timeCell(stats['max_timestamp'])],
    ]
    await printRows(context, ['', ''], rows)
  },
})

export const indexSplitsCommand = defineCommand({
  summary: 'the splits of an index',
  args: [['[id]', 'index id (the stack’s default)']],
  options: {
    state: choice('--state <state>', 'only splits in this state', ['Published', 'MarkedForDeletion']),
    limit: integer('--limit <count>', 'at most this many'),
  },
  async run(context, { args, options }) {
    const stack = await currentLocalStack(context)
    const client = localClient(stack, context.version)
    const id = await currentIndex(context, stack, args[0])
    const query = new URLSearchParams({ format: 'json' })
    if (options.state !== undefined) query.set('split_states', options.state)
    if (options.limit !== undefined) query.set('limit', String(options.limit))
    const answer = await apiGetJson(client, `/indexes/${encodeURIComponent(id)}/splits?${query.toString()}`)
    const splits = isJsonObject(answer) && Array.isArray(answer['splits']) ? answer['splits'] : []
    if (context.format === 'json') return await context.out.write(`${jsonLine(splits)}\n`)
    const rows = splits.filter(isJsonObject).map((split) => [
      String(split['split_id']),
      String(split['split_state']),
      count(split, 'num_docs'),
      formatBytes(footerEnd(split)),
      rangeCell(split['time_range']),
      count(split, 'num_merge_ops'),
    ])
    await printRows(context, ['split', 'state', 'docs', 'bytes', 'time range', 'merges'], rows)
  },
})

async function printRows(
  context: CliContext,
  names: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const { out } = context
  if (!out.isTerminal) {
    const lines = names.every((name) => name === '') ? rows : [names, ...rows]
    return await out.write(lines.map((row) => `${row.join('\t')}\n`).join(''))
  }
  const numeric = new Set(['docs', 'splits', 'bytes', 'merges'])
  const columns = names.map((name) => ({ name, align: numeric.has(name) ? ('right' as const) : ('left' as const) }))
  await out.write(drawTable({ columns, rows }, { width: out.columns, style: out.style }))
}

function indexIdOf(metadata: JsonValue): string {
  const config = isJsonObject(metadata) ? metadata['index_config'] : undefined
  return isJsonObject(config) ? String(config['index_id']) : ''
}

function count(object: JsonObject, key: string): string {
  return formatCount(Number(object[key] ?? 0))
}

function footerEnd(split: JsonObject): number {
  const offsets = split['footer_offsets']
  return isJsonObject(offsets) ? Number(offsets['end']) : 0
}

function timeCell(seconds: JsonValue | undefined): string {
  return typeof seconds === 'number' ? formatTime(seconds * 1_000, { kind: 'local' }, 'seconds') : '–'
}

function rangeCell(range: JsonValue | undefined): string {
  return isJsonObject(range) ? `${timeCell(range['start'])} – ${timeCell(range['end'])}` : '–'
}

function jsonLine(values: readonly JsonValue[]): string {
  return JSON.stringify(values)
}

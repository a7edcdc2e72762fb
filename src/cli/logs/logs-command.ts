import { QwError } from '../../engine/errors.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { formatCount } from '../format/number.ts'
import { printJson, printRows } from '../command/rows.ts'
import { readTimeNs } from '../command/time-argument.ts'
import { formatTime } from '../format/time.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import { entryText } from './entry-text.ts'
import { LOG_LEVELS, parseLogLine, type LogEntry } from './log-entry.ts'
import { selectEntries, type LogSelection } from './select-entries.ts'
import { groupErrors, invocationReports } from './summaries.ts'
import { choice, flag, integer, text, type OptionValues } from '../command/option.ts'
import { zoneOf } from '../command/time-zone.ts'

const SOURCES = ['searcher', 'indexer', 'generator', 'api'] as const
const DEFAULT_SINCE = '15m'
const FOLLOW_EVERY_MS = 1_000

const OPTIONS = {
  follow: flag('-f, --follow', 'go on with new lines until Ctrl-C'),
  since: text('--since <time>', `from this time on (${DEFAULT_SINCE})`),
  until: text('--until <time>', 'before this time'),
  level: choice('--level <level>', 'this level and worse', LOG_LEVELS),
  grep: text('--grep <regex>', 'only lines that match'),
  exclude: text('--exclude <regex>', 'no lines that match'),
  context: integer('-C, --context <lines>', 'lines around each match (0)'),
  request: text('--request <id>', 'one invocation from its start to its end'),
  errors: flag('--errors', 'errors grouped: count, first and last seen'),
  reports: flag('--reports', 'a table of invocations with their times'),
  timestamps: flag('--no-timestamps', 'without times'),
  raw: flag('--raw', 'lines as they were written'),
}

export const logsCommand = defineCommand({
  pages: ({ follow }) => follow !== true,
  args: [['[function]', `${SOURCES.join(', ')} (all)`]],
  options: OPTIONS,
  formats: ['ndjson', 'raw'],
  examples: ['qw-lambda logs indexer --since 1h --level warn', 'qw-lambda logs --errors'],
  async run(context, { args, options }) {
    const selection = selectionOf(context, args[0], options)
    const isCloud = isCloudTarget(context)
    const read = isCloud ? await cloudReader(context, selection) : await localReader(context)
    const entries = selectEntries(await read(), selection)
    if (options.errors === true) return await printErrors(context, entries)
    if (options.reports === true && isCloud) {
      return await (await import('./aws-logs.ts')).printCloudReports(context, entries)
    }
    if (options.reports === true) return await printReports(context, entries)
    if (context.format === 'json' && options.follow !== true) {
      return await printJson(context, {
        schema: 'qw-lambda/logs/1',
        entries: entries.map(documentOf),
      })
    }
    const print = printer(context, options)
    await print(entries)
    if (entries.length === 0 && options.follow !== true) hintWhereItIs(context, options)
    let seenMs = entries.at(-1)?.timeMs ?? selection.fromMs ?? 0
    while (options.follow === true && !context.signal.aborted) {
      await context.clock.sleep(FOLLOW_EVERY_MS, context.signal).catch(() => undefined)
      // Late lines of a deployment are told apart by their reader, not by their time.
      const fromMs = isCloud ? undefined : seenMs + 1
      const lines = await read(seenMs).catch((error: unknown) => {
        if (context.signal.aborted) return []
        throw error
      })
      const fresh = selectEntries(lines, { ...selection, fromMs })
      seenMs = fresh.at(-1)?.timeMs ?? seenMs
      await print(fresh)
    }
  },
})

type LogOptions = OptionValues<typeof OPTIONS>

/** Lines from a time on; all that are selected without one. */
type LogReader = (fromMs?: number) => Promise<LogEntry[]>

async function localReader(context: CliContext): Promise<LogReader> {
  const { runLog } = await currentLocalStack(context)
  return async () =>
    (await runLog.read()).map((line) => parseLogLine(line, { source: 'indexer', timeMs: 0 }))
}

async function cloudReader(context: CliContext, selection: LogSelection): Promise<LogReader> {
  const log = await (await import('./aws-logs.ts')).openCloudLog(context, selection)
  return (fromMs) => log.read(fromMs)
}

function selectionOf(
  context: CliContext,
  source: string | undefined,
  options: LogOptions,
): LogSelection {
  const known = SOURCES.find((name) => name === source)
  if (source !== undefined && known === undefined) {
    throw new QwError('invalid', `there is no function \`${source}\``, {
      code: 'USAGE',
      fix: `one of ${SOURCES.join(', ')}`,
    })
  }
  const nowMs = context.clock.nowMs()
  return {
    source: known,
    fromMs: timeMs('--since', options.since ?? DEFAULT_SINCE, nowMs),
    toMs: options.until === undefined ? undefined : timeMs('--until', options.until, nowMs),
    level: options.level,
    grep: pattern('--grep', options.grep),
    exclude: pattern('--exclude', options.exclude),
    requestId: options.request,
    context: options.context ?? 0,
  }
}

function timeMs(flagName: string, value: string, nowMs: number): number {
  return Number(readTimeNs(flagName, value, nowMs) / 1_000_000n)
}

function pattern(flagName: string, value: string | undefined): RegExp | undefined {
  if (value === undefined) return undefined
  try {
    return new RegExp(value, 'i')
  } catch (cause) {
    throw new QwError('invalid', `${flagName} \`${value}\` is no regular expression`, { cause })
  }
}

function printer(
  context: CliContext,
  options: LogOptions,
): (entries: readonly LogEntry[]) => Promise<void> {
  const { out, format } = context
  const view = { style: out.style, zone: zoneOf(context), timestamps: options.timestamps !== false }
  const textOf = (entry: LogEntry): string => {
    if (options.raw === true || format === 'raw') return `${entry.raw}\n`
    if (format === 'ndjson' || format === 'json') return `${JSON.stringify(documentOf(entry))}\n`
    return entryText(entry, view)
  }
  return async (entries) => {
    if (entries.length > 0) await out.write(entries.map(textOf).join(''))
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

function documentOf({ timeMs: ms, source, level, requestId, event, fields }: LogEntry): object {
  return {
    time: isoTime(ms),
    source,
    level,
    request_id: requestId ?? null,
    event: event ?? null,
    fields,
  }
}

async function printErrors(context: CliContext, entries: readonly LogEntry[]): Promise<void> {
  const groups = groupErrors(entries)
  if (context.format === 'json') {
    const errors = groups.map(({ source, message, count, firstMs, lastMs }) => ({
      source,
      message,
      count,
      first: isoTime(firstMs),
      last: isoTime(lastMs),
    }))
    return await printJson(context, { schema: 'qw-lambda/log-errors/1', errors })
  }
  const zone = zoneOf(context)
  const columns = [
    { name: 'count', align: 'right' as const },
    { name: 'function' },
    { name: 'error' },
    { name: 'first' },
    { name: 'last' },
  ]
  const rows = groups.map(({ count, source, message, firstMs, lastMs }) => [
    formatCount(count),
    source,
    message,
    formatTime(firstMs, zone, 'seconds'),
    formatTime(lastMs, zone, 'seconds'),
  ])
  if (rows.length === 0) context.report.hint('No errors in this time.')
  else await printRows(context, columns, rows)
}

async function printReports(context: CliContext, entries: readonly LogEntry[]): Promise<void> {
  const reports = invocationReports(entries)
  if (context.format === 'json') {
    const invocations = reports.map(({ endMs, source, requestId, durationMs, cold, docs }) => ({
      end: isoTime(endMs),
      source,
      request_id: requestId ?? null,
      duration_ms: durationMs,
      cold,
      docs: docs ?? null,
    }))
    return await printJson(context, { schema: 'qw-lambda/log-reports/1', invocations })
  }
  const zone = zoneOf(context)
  const columns = [
    { name: 'end' },
    { name: 'function' },
    { name: 'duration', align: 'right' as const },
    { name: 'docs', align: 'right' as const },
    { name: 'start' },
    { name: 'request' },
  ]
  const rows = reports.map(({ endMs, source, durationMs, docs, cold, requestId }) => [
    formatTime(endMs, zone, 'seconds'),
    source,
    formatDuration(durationMs),
    docs === undefined ? '' : formatCount(docs),
    cold ? 'cold' : 'warm',
    requestId ?? '',
  ])
  if (rows.length === 0) context.report.hint('No invocation in this time.')
  else await printRows(context, columns, rows)
}

function hintWhereItIs(context: CliContext, options: LogOptions): void {
  context.report.hint(
    options.since === undefined
      ? `Nothing in the last ${DEFAULT_SINCE}. Look further back: --since 1d`
      : 'Nothing in this time.',
  )
}

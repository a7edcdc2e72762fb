import { US_EAST_1_PRICES, usdFor } from '../../cost/price-book.ts'
import { computePriceId } from '../../cost/components.ts'
import { formatSmallUsd } from '../../cost/format.ts'
import { isQwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { printJson, printRows } from '../command/rows.ts'
import { formatTime } from '../format/time.ts'
import { parseLogLine, type LogEntry } from './log-entry.ts'
import type { LogSelection } from './select-entries.ts'
import { zoneOf } from '../command/time-zone.ts'
import { currentDeployment, type Deployment } from '../stack/aws-deployment.ts'

/** The log groups of a deployment by the function that writes them. */
const GROUPS = {
  searcher: 'SearcherLogs',
  indexer: 'IndexerLogs',
  generator: 'GeneratorLogs',
} as const

/** Lines of one reading; more are read by a narrower `--since`. */
const MAX_LINES = 20_000
/** Lines reach CloudWatch some seconds after they were written, in any order. */
const LATE_MS = 10_000

export interface CloudLog {
  /** The lines of the selection, or those from a later time on; oldest first. */
  read(fromMs?: number): Promise<LogEntry[]>
}

/** The logs of a deployment's functions. The API has none of its own: the searcher's lines are its. */
export async function openCloudLog(
  context: CliContext,
  selection: LogSelection,
): Promise<CloudLog> {
  const deployment = await currentDeployment(context)
  const groups = groupsOf(deployment, selection.source)
  const seen = new Set<string>()
  return {
    async read(fromMs) {
      const startMs = fromMs === undefined ? (selection.fromMs ?? 0) : fromMs - LATE_MS
      const read = groups.map((group) =>
        readGroup(context, deployment, { ...group, startMs, endMs: selection.toMs }),
      )
      const entries = (await Promise.all(read)).flat()
      // Each reading overlaps the one before it, for lines that came late.
      const fresh = entries.filter((entry) => !seen.has(entryKey(entry)))
      for (const entry of fresh) seen.add(entryKey(entry))
      return fresh.toSorted((a, b) => a.timeMs - b.timeMs)
    },
  }
}

function entryKey({ timeMs, source, raw }: LogEntry): string {
  return `${timeMs} ${source} ${raw}`
}

interface Group {
  readonly source: string
  readonly name: string
}

function groupsOf({ state }: Deployment, source: string | undefined): Group[] {
  const wanted = source === 'api' ? 'searcher' : source
  return Object.entries(GROUPS).flatMap(([name, output]) => {
    const group = state.outputs[output]
    return group === undefined || (wanted !== undefined && wanted !== name)
      ? []
      : [{ source: source === 'api' ? 'api' : name, name: group }]
  })
}

interface GroupQuery extends Group {
  readonly startMs: number
  readonly endMs: number | undefined
}

async function readGroup(
  { signal, report }: CliContext,
  { session }: Deployment,
  { name, source, startMs, endMs }: GroupQuery,
): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  const query = { group: name, startMs, endMs, pattern: '' }
  try {
    for await (const line of session.ports.logs.lines(query, signal)) {
      if (isFrame(line.text)) continue
      entries.push(entryOf(line.text, { source, timeMs: line.atMs }))
      if (entries.length < MAX_LINES) continue
      report.warn(
        `${source} wrote more than ${MAX_LINES} lines in this time`,
        'narrow --since and --until',
      )
      break
    }
  } catch (error) {
    // A function that never ran has no group where AWS makes it by itself.
    if (!isQwError(error, 'notFound')) throw error
  }
  return entries
}

/** Lines of the platform that say nothing the REPORT line does not. */
function isFrame(text: string): boolean {
  return /^(START|END) RequestId: |^INIT_START /.test(text)
}

function entryOf(text: string, origin: { source: string; timeMs: number }): LogEntry {
  const entry = parseLogLine(text, origin)
  const requestId = entry.requestId ?? /RequestId: ([0-9a-f-]{36})/.exec(text)?.[1]
  const invocation = reportOf(text)
  if (invocation === undefined) return { ...entry, requestId }
  return { ...entry, requestId, event: 'report', fields: { ...invocation } }
}

interface Invocation {
  readonly duration_ms: number
  readonly billed_ms: number
  readonly memory_mb: number
  readonly used_mb: number
  readonly init_ms: number | undefined
}

/** What AWS says of a finished invocation. */
function reportOf(text: string): Invocation | undefined {
  if (!text.startsWith('REPORT ')) return undefined
  const number = (label: string): number | undefined => {
    const value = new RegExp(`${label}: ([\\d.]+) M?m?[sB]`).exec(text)?.[1]
    return value === undefined ? undefined : Number(value)
  }
  return {
    duration_ms: number('\\tDuration') ?? 0,
    billed_ms: number('Billed Duration') ?? 0,
    memory_mb: number('Memory Size') ?? 0,
    used_mb: number('Max Memory Used') ?? 0,
    init_ms: number('Init Duration'),
  }
}

/** `logs --reports`: one row an invocation, with what it cost. */
export async function printCloudReports(
  context: CliContext,
  entries: readonly LogEntry[],
): Promise<void> {
  const rows = entries.flatMap((entry) => {
    const report = reportOf(entry.raw)
    return report === undefined ? [] : [{ entry, report, usd: usdOf(report) }]
  })
  if (context.format === 'json') {
    const invocations = rows.map(({ entry, report, usd }) => ({
      end: new Date(entry.timeMs).toISOString(),
      source: entry.source,
      request_id: entry.requestId ?? null,
      ...report,
      init_ms: report.init_ms ?? null,
      usd,
    }))
    return await printJson(context, { schema: 'qw-lambda/log-reports/1', invocations })
  }
  if (rows.length === 0) return context.report.hint('No invocation in this time.')
  const right = ['duration', 'billed', 'memory', 'cost']
  const columns = [
    'end',
    'function',
    'duration',
    'billed',
    'memory',
    'start',
    'cost',
    'request',
  ].map((name) => ({ name, align: right.includes(name) ? ('right' as const) : ('left' as const) }))
  const zone = zoneOf(context)
  await printRows(
    context,
    columns,
    rows.map(({ entry, report, usd }) => [
      formatTime(entry.timeMs, zone, 'seconds'),
      entry.source,
      formatDuration(report.duration_ms),
      formatDuration(report.billed_ms),
      `${report.used_mb} of ${report.memory_mb} MB`,
      report.init_ms === undefined ? 'warm' : `cold ${formatDuration(report.init_ms)}`,
      formatSmallUsd(usd),
      entry.requestId ?? '',
    ]),
  )
}

/** Compute and request, on the processor that is the default. */
function usdOf({ billed_ms: billedMs, memory_mb: memoryMb }: Invocation): number {
  const { prices } = US_EAST_1_PRICES
  const gbSeconds = (billedMs / 1_000) * (memoryMb / 1_024)
  return usdFor(prices[computePriceId('arm64')], gbSeconds) + usdFor(prices.lambdaRequest, 1)
}

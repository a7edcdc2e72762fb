import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { apiGetJson, apiPost, type ApiAnswer, type ApiClient } from '../api-client.ts'
import { defineCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { formatDuration } from '../format/duration.ts'
import { formatCount } from '../format/number.ts'
import { parseZone, type Zone } from '../format/time.ts'
import { currentIndex, currentLocalStack } from '../local-stacks.ts'
import { localClient } from '../local-client.ts'
import { flag, integer, list, text, type OptionValues } from '../option.ts'
import { hitsOf, renderHits, type HitsFormat } from '../search/hits-view.ts'
import {
  DEFAULT_SERIES,
  drawHistogram,
  drawTerms,
  histogramAggs,
  numberOf,
  type HistogramRequest,
} from '../search/histogram-view.ts'
import { loadIndexFacts, type IndexFacts } from '../search/index-facts.ts'
import { chooseInterval } from '../search/interval.ts'
import { nativeBody, sortParameter, type NativeSearch } from '../search/native-request.ts'
import { TIME_OPTIONS, timeWindow, type TimeWindow } from '../search/time-options.ts'

const DEFAULT_MAX_HITS = 20
/** Bars that fit a screen without scrolling. */
const MAX_BARS = 30

const OPTIONS = {
  query: text('-Q, --query <query>', 'the query, for text that begins with a dash'),
  index: text('--index <ids>', 'index id, list or pattern with *'),
  maxHits: integer('-n, --max-hits <count>', `hits shown (${DEFAULT_MAX_HITS})`),
  offset: integer('--offset <count>', 'first hit'),
  sort: text('--sort <fields>', 'field:asc or field:desc, at most two (newest first)'),
  searchFields: list('--search-fields <fields>', 'fields of words that name none'),
  ...TIME_OPTIONS,
  fields: list('--fields <paths>', 'columns to show'),
  truncate: flag('--no-truncate', 'whole cells'),
  count: flag('--count', 'only the number of matches'),
  histogram: text('--histogram [interval]', 'documents over time, as bars'),
  by: text('--by <field[:n]>', 'stack the bars by the field’s values'),
  terms: text('--terms <field[:n]>', 'the field’s most frequent values, as bars'),
  aggs: text('--aggs <json|@file>', 'any aggregation, as the API takes it'),
  requireHits: flag('--require-hits', 'exit 12 when nothing matches'),
} as const

type SearchOptions = OptionValues<typeof OPTIONS>

export const searchCommand = defineCommand({
  summary: 'find documents, count them, draw them',
  args: [['[query]', 'what to find; everything when left out (qw-lambda help query)']],
  options: OPTIONS,
  formats: ['table', 'json', 'ndjson', 'csv', 'tsv', 'line'],
  examples: [
    `qw-lambda search 'quantity:>5'`,
    `qw-lambda search 'severity_text:ERROR' --since 2h --histogram --by resource.service`,
    `qw-lambda search --terms name:5 --json`,
  ],
  async run(context, { args, options }) {
    const query = options.query ?? args[0] ?? '*'
    const stack = await currentLocalStack(context)
    const client = localClient(stack, context.version)
    const index = await currentIndex(context, stack, options.index)
    const startedMs = context.clock.nowMs()
    const facts = await loadIndexFacts(client, index)
    const search = new Search({ context, client, index, facts, startedMs })
    return await search.run(query, options)
  },
})

interface SearchParts {
  readonly context: CliContext
  readonly client: ApiClient
  readonly index: string
  readonly facts: IndexFacts | undefined
  readonly startedMs: number
}

/** One run of the command: what is asked, how the answer is shown. */
class Search {
  readonly #parts: SearchParts

  constructor(parts: SearchParts) {
    this.#parts = parts
  }

  async run(query: string, options: SearchOptions): Promise<ExitCode> {
    const { context } = this.#parts
    const window = timeWindow(options, context.clock.nowMs())
    const sort = options.sort === undefined ? undefined : sortParameter(options.sort)
    if (sort?.note !== undefined) context.report.note(sort.note)
    const drawing = await this.#drawing(options, window)
    const wantsHits = drawing === undefined && options.count !== true
    const answer = await this.#ask({
      query,
      maxHits: wantsHits ? (options.maxHits ?? DEFAULT_MAX_HITS) : (options.maxHits ?? 0),
      offset: options.offset ?? 0,
      sortBy: sort?.sortBy,
      searchFields: options.searchFields ?? [],
      snippetFields: [],
      window,
      aggs: drawing?.aggs,
    })
    const response = parseJson(answer.text)
    const total = isJsonObject(response) ? numberOf(response['num_hits']) : 0
    await this.#print({ answer, response, total, drawing, options })
    if (context.format === 'table') this.#footer(answer, { total, shown: hitsOf(response).length, options })
    return total === 0 && options.requireHits === true ? EXIT.check : EXIT.ok
  }

  async #ask(search: NativeSearch): Promise<ApiAnswer> {
    const { client, index, facts } = this.#parts
    return await apiPost(client, `/${encodeURIComponent(index)}/search`, nativeBody(search, facts))
  }

  async #print(result: SearchResult): Promise<void> {
    const { out, format } = this.#parts.context
    const { options, drawing, answer, response } = result
    if (options.count === true) return await out.write(`${result.total}\n`)
    if (format === 'json') return await out.write(answer.text.endsWith('\n') ? answer.text : `${answer.text}\n`)
    if (drawing !== undefined) {
      const aggregations = isJsonObject(response) ? response['aggregations'] : undefined
      return await out.write(drawing.draw(aggregations))
    }
    const hits = hitsOf(response)
    if (format === 'ndjson') {
      const { stringifyJson } = await import('../../engine/bytes/json.ts')
      return await out.write(hits.map((hit) => `${stringifyJson(hit)}\n`).join(''))
    }
    if (hits.length === 0 && format === 'table') return
    const view = {
      format: hitsFormat(format),
      fields: options.fields ?? [],
      facts: this.#parts.facts,
      zone: this.#zone(),
      truncate: options.truncate !== false,
      highlight: (cell: string) => cell,
    }
    await out.write(renderHits(hits, view, out))
  }

  /** The aggregation that the flags ask for and how its result is drawn. */
  async #drawing(options: SearchOptions, window: TimeWindow): Promise<Drawing | undefined> {
    const { context } = this.#parts
    const { out } = context
    if (options.aggs !== undefined) {
      const { stringifyJson } = await import('../../engine/bytes/json.ts')
      const aggs = await readAggs(options.aggs)
      return { aggs, draw: (result) => `${stringifyJson(result ?? null)}\n` }
    }
    if (options.terms !== undefined) {
      const { field, size } = fieldAndSize(options.terms, 10)
      return {
        aggs: { terms: { terms: { field, size } } },
        draw: (result) => drawTerms(isJsonObject(result) ? result['terms'] : undefined, out),
      }
    }
    if (options.histogram === undefined && options.by === undefined) return undefined
    const request = await this.#histogramRequest(options, window)
    const zone = this.#zone()
    const zoneName = zone.kind === 'local' ? 'local time' : zone.name
    return {
      aggs: histogramAggs(request),
      draw: (result) => drawHistogram(result, request, { out, zone, zoneName }),
    }
  }

  async #histogramRequest(options: SearchOptions, window: TimeWindow): Promise<HistogramRequest> {
    const { client, facts, index } = this.#parts
    const timestampField = facts?.timestampField
    if (timestampField === undefined) {
      throw new QwError('invalid', `index ${index} has no timestamp field to draw over`, {
        fix: 'use --terms or --aggs',
      })
    }
    const by = options.by === undefined ? undefined : fieldAndSize(options.by, DEFAULT_SERIES)
    const given = options.histogram
    if (given !== undefined && given !== '') {
      const { parseDurationMs } = await import('../format/duration.ts')
      return { timestampField, by, interval: { text: given, ms: parseDurationMs(given) ?? 0 } }
    }
    const described = await apiGetJson(client, `/indexes/${encodeURIComponent(facts?.indexId ?? index)}/describe?format=json`)
    const range = isJsonObject(described) ? described : {}
    const startMs = Math.max(window.startMs ?? -Infinity, numberOf(range['min_timestamp']) * 1_000)
    const endMs = Math.min(window.endMs ?? Infinity, (numberOf(range['max_timestamp']) + 1) * 1_000)
    return { timestampField, by, interval: chooseInterval(startMs, endMs, MAX_BARS) }
  }

  #zone(): Zone {
    const name = this.#parts.context.settings.get('tz')
    const zone = parseZone(name)
    if (zone === undefined) throw new QwError('invalid', `--tz \`${name}\` is no time zone`)
    return zone
  }

  #footer(answer: ApiAnswer, { total, shown, options }: FooterFacts): void {
    const { context, client, startedMs } = this.#parts
    const [searched, all] = (answer.headers.get('x-qw-splits') ?? '').split('/')
    const elapsed = formatDuration(context.clock.nowMs() - startedMs)
    const parts = [
      options.count === true ? undefined : `${formatCount(shown)} of ${formatCount(total)} hits`,
      elapsed,
      all === undefined ? undefined : `${searched} of ${all} splits`,
      `via ${client.via}`,
    ]
    const line = parts.filter((part) => part !== undefined).join(context.out.style.ascii ? ' - ' : ' · ')
    context.report.hint(line)
  }
}

interface Drawing {
  readonly aggs: JsonObject
  draw(aggregations: JsonValue | undefined): string
}

interface SearchResult {
  readonly answer: ApiAnswer
  readonly response: JsonValue
  readonly total: number
  readonly drawing: Drawing | undefined
  readonly options: SearchOptions
}

interface FooterFacts {
  readonly total: number
  readonly shown: number
  readonly options: SearchOptions
}

function hitsFormat(format: string): HitsFormat {
  return format === 'csv' || format === 'tsv' || format === 'line' ? format : 'table'
}

/** `field`, `field:5` */
function fieldAndSize(text: string, fallback: number): { field: string; size: number } {
  const match = /^(.+):(\d+)$/.exec(text)
  return match === null ? { field: text, size: fallback } : { field: match[1] ?? text, size: Number(match[2]) }
}

async function readAggs(argument: string): Promise<JsonObject> {
  const { readFile } = await import('node:fs/promises')
  const source = argument.startsWith('@') ? await readFile(argument.slice(1), 'utf8') : argument
  const value = parseJson(source)
  if (isJsonObject(value)) return value
  throw new QwError('invalid', '--aggs takes a JSON object: {"name": {"terms": {"field": "…"}}}')
}

import { QwError } from '../../engine/errors.ts'
import { MAX_HITS_LIMIT, START_OFFSET_LIMIT } from '../../engine/search/request.ts'
import {
  choice,
  duration,
  flag,
  integer,
  list,
  text,
  type OptionValues,
} from '../command/option.ts'
import { VIA_CHOICES } from '../stack/route.ts'
import { TIME_OPTIONS } from './time-options.ts'

export const DEFAULT_MAX_HITS = 20
/** Around one hit, and hits that have something around them: two searches each. */
const MAX_CONTEXT = 100
const MAX_HITS_WITH_CONTEXT = 200

export const SEARCH_OPTIONS = {
  query: text('-Q, --query <query>', 'the query, for text that begins with a dash', true),
  queryFile: text('--query-file <file>', 'read the query from a file'),
  index: text('--index <ids>', 'index id, list or pattern with * (QWL_INDEX)'),
  via: choice('--via <way>', 'what carries the search (auto)', VIA_CHOICES),
  maxHits: integer('-n, --max-hits <count>', `hits shown (${DEFAULT_MAX_HITS})`),
  offset: integer('--offset <count>', 'first hit'),
  all: flag('--all', 'every hit, page after page'),
  ...TIME_OPTIONS,
  sort: text('--sort <fields>', 'field:asc or field:desc, at most two (newest first)'),
  searchFields: list('--search-fields <fields>', 'fields of words that name none'),
  es: text('--es <file>', 'search with an Elasticsearch body; - is stdin'),
  body: text('--body <file>', 'search with a native body as it is; - is stdin'),
  count: flag('--count', 'only the number of matches'),
  requireHits: flag('--require-hits', 'exit 12 when nothing matches'),
  save: text('--save <name>', 'keep this search under a name'),
  saved: text('--saved <name>', 'a search that was kept; words and flags beside it count too'),
  listSaved: flag('--list-saved', 'the searches that were kept, and where'),
  forget: text('--forget <name>', 'keep it no longer'),
  explain: flag('--explain', 'what the search would read and cost; it is not run'),
  print: choice('--print <client>', 'the same request for another client, not run', [
    'curl',
    'invoke',
  ]),
  meta: flag('--meta', 'with --json: request, response, time and cost in one document'),
  fields: list('--fields <paths>', 'columns to show'),
  truncate: flag('--no-truncate', 'whole cells, however wide'),
  wrap: flag('--wrap', 'whole cells, over several lines'),
  context: integer(
    '-C, --context <count>',
    'documents before and after each hit, by time',
    0,
    MAX_CONTEXT,
  ),
  beforeContext: integer('-B, --before-context <count>', 'the same, before alone', 0, MAX_CONTEXT),
  afterContext: integer('-A, --after-context <count>', 'the same, after alone', 0, MAX_CONTEXT),
  snippet: list('--snippet <fields>', 'only the fragments that match'),
  highlight: flag('--no-highlight', 'do not mark matches'),
  histogram: text('--histogram [interval]', 'documents over time, as bars; live while following'),
  by: text('--by <field[:n]>', 'stack the bars by the field’s values'),
  terms: text('--terms <field[:n]>', 'the field’s most frequent values, as bars'),
  stats: list('--stats <fields>', 'count, least, most, average and sum'),
  percentiles: text('--percentiles <field[:p,…]>', 'values below which p % lie'),
  aggs: text('--aggs <json>', 'any aggregation as the API takes it; @file, - is stdin'),
  follow: flag('-f, --follow', 'the last 10, then new ones as they arrive'),
  every: duration('--every <duration>', 'how often to ask while following'),
  maxDuration: duration('--max-duration <duration>', 'stop following after this time (1h)'),
  timestamps: flag('--no-timestamps', 'without the time column while following'),
} as const

export type SearchOptions = OptionValues<typeof SEARCH_OPTIONS>

export type OptionName = keyof typeof SEARCH_OPTIONS

const SHAPING: readonly OptionName[] = [
  ...([
    'query',
    'queryFile',
    'maxHits',
    'offset',
    'all',
    'since',
    'until',
    'from',
    'to',
    'sort',
  ] as const),
  ...([
    'searchFields',
    'snippet',
    'histogram',
    'by',
    'terms',
    'stats',
    'percentiles',
    'aggs',
  ] as const),
  ...(['follow', 'count'] as const),
]
const CONTEXT: readonly OptionName[] = ['context', 'beforeContext', 'afterContext']
const DRAWINGS: readonly OptionName[] = ['histogram', 'terms', 'stats', 'percentiles', 'aggs']

/** Around hits there is the order of time and nothing else. */
const WITHOUT_CONTEXT: readonly OptionName[] = [
  ...(['body', 'es', 'all', 'follow', 'offset', 'sort', 'count', 'snippet', 'meta'] as const),
  ...(['print', 'by', ...DRAWINGS] as const),
]

/** Options of which one makes the others meaningless. */
const EXCLUSIVE: readonly (readonly [OptionName, readonly OptionName[]])[] = [
  ['body', ['es', ...SHAPING]],
  ['es', SHAPING],
  ['all', ['offset', 'count', 'snippet', 'follow', 'meta', 'by', ...DRAWINGS]],
  [
    'follow',
    [
      'offset',
      'count',
      'snippet',
      'meta',
      'print',
      'sort',
      'until',
      'to',
      'requireHits',
      ...DRAWINGS.filter((name) => name !== 'histogram'),
    ],
  ],
  ['count', ['by', ...DRAWINGS]],
  ['save', ['body', 'es']],
  ['saved', ['body', 'es']],
  ['explain', ['body', 'es', 'all', 'follow', 'print', 'meta', 'requireHits', ...CONTEXT]],
  ...CONTEXT.map((name) => [name, WITHOUT_CONTEXT] as const),
  ...DRAWINGS.map((name, i) => [name, DRAWINGS.slice(i + 1)] as const),
  ['by', DRAWINGS.slice(1)],
  ['query', ['queryFile']],
  ['wrap', ['truncate']],
  ['since', ['from']],
  ['until', ['to']],
]

/** Options that cannot stand beside this one. */
export function conflictsOf(option: OptionName): OptionName[] {
  return EXCLUSIVE.flatMap(([name, others]) =>
    name === option ? others : others.includes(option) ? [name] : [],
  )
}

/** Throws `invalid` naming the options that exclude each other. */
export function checkOptions(options: SearchOptions, format: string): void {
  // A `--no-…` flag is true until it is given.
  const isGiven = (name: OptionName): boolean =>
    SEARCH_OPTIONS[name].flags.startsWith('--no-')
      ? options[name] === false
      : options[name] !== undefined
  for (const [name, others] of EXCLUSIVE) {
    if (!isGiven(name)) continue
    const clashing = others.filter(isGiven).map(flagOf)
    if (clashing.length > 0) throw usage(`${flagOf(name)} does not go with ${clashing.join(', ')}`)
  }
  checkWindow(options)
  if (isGiven('meta') && format !== 'json') throw usage('--meta needs --json')
  if (isGiven('follow') && format === 'json') {
    throw usage('following has no end, so it is no single JSON document', 'use --format ndjson')
  }
}

/** One answer holds the first hits only; `--all` has no such end. */
function checkWindow(options: SearchOptions): void {
  const { maxHits, offset, all } = options
  if (all === true) return
  if ((maxHits ?? 0) > MAX_HITS_WITH_CONTEXT && contextOf(options) !== undefined) {
    throw usage(
      `-n ${maxHits} is more than the ${MAX_HITS_WITH_CONTEXT} hits that can have context`,
      `-n ${MAX_HITS_WITH_CONTEXT}`,
    )
  }
  const past =
    (maxHits ?? 0) > MAX_HITS_LIMIT
      ? `-n ${maxHits} is more than the ${MAX_HITS_LIMIT} hits of one answer`
      : (offset ?? 0) > START_OFFSET_LIMIT
        ? `--offset ${offset} is past ${START_OFFSET_LIMIT}, where paging ends`
        : undefined
  if (past === undefined) return
  const count = maxHits === undefined ? '' : ` -n ${(offset ?? 0) + maxHits}`
  throw usage(past, `read on without an end: --all${count}`)
}

/** How many documents before and after each hit; undefined where none were asked for. */
export function contextOf(
  options: SearchOptions,
): { readonly before: number; readonly after: number } | undefined {
  const { context, beforeContext, afterContext } = options
  const before = beforeContext ?? context ?? 0
  const after = afterContext ?? context ?? 0
  return before + after === 0 ? undefined : { before, after }
}

export function flagOf(name: OptionName): string {
  const { flags } = SEARCH_OPTIONS[name]
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags
}

function usage(message: string, fix?: string): QwError {
  return new QwError('invalid', message, { code: 'USAGE', fix: fix ?? 'leave one of them out' })
}

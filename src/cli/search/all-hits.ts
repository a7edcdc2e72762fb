import { parseJson, stringifyJson, type JsonValue } from '../../engine/bytes/json.ts'
import { isQwError, QwError } from '../../engine/errors.ts'
import { apiPost } from '../stack/api-client.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { formatCount, plural } from '../format/number.ts'
import { flattenHit } from './cells.ts'
import { plainPath } from './columns.ts'
import {
  cursorBody,
  elasticAnswer,
  type CursorSearch,
  type ElasticAnswer,
  type ElasticHit,
} from './elastic-request.ts'
import { explainField } from './field-errors.ts'
import { hitsView } from './hits-options.ts'
import { HitsWriter } from './hits-view.ts'
import { curlCommand, invokeCommand, searchPath } from './print-request.ts'
import { sortOf, type Question } from './question.ts'
import type { SearchSession } from './session.ts'
import { elasticSort, type SortKeySpec } from './sort-keys.ts'
import { zeroHitHints } from './zero-hits.ts'

/** The first page is small, so that a pipe starts at once; later ones save requests. */
const FIRST_PAGE = 500
const LARGEST_PAGE = 5_000
/** More than this is asked about first. */
const ASK_ABOVE = 100_000

/** `--all`: page after page by the sort values of the last hit. */
export async function runAllHits(session: SearchSession, question: Question): Promise<ExitCode> {
  const { context, options, facts } = session
  const sort = sortOf(question, facts)
  const search: CursorSearch = {
    ...question,
    timestampField: facts?.timestampField,
    sort: elasticSort(sort, facts),
    size: Math.min(FIRST_PAGE, options.maxHits ?? FIRST_PAGE),
    after: undefined,
    counts: true,
  }
  if (options.print !== undefined) return await printFirstPage(session, search)
  const writer = new HitsWriter(hitsView(session, question), context.out)
  const json = context.format === 'json' ? new JsonDocument(session) : undefined
  let total = 0
  let shown = 0
  for await (const page of pagesOf(session, search, sort)) {
    if (shown === 0) {
      total = page.total
      await confirmMany(session, Math.min(total, options.maxHits ?? Infinity))
      await json?.open(total)
    }
    await (json?.add(page.hits) ?? writer.write(page.hits.map((hit) => ({ doc: hit.source }))))
    shown += page.hits.length
  }
  await json?.close()
  if (json === undefined) await footer(session, question, { shown, total, leftOut: writer.leftOut })
  return total === 0 && options.requireHits === true ? EXIT.check : EXIT.ok
}

async function printFirstPage(
  { route, index, options, context }: SearchSession,
  search: CursorSearch,
): Promise<ExitCode> {
  const address = await route.address()
  const request = { index, dialect: 'elastic', body: stringifyJson(cursorBody(search)) } as const
  await context.out.write(
    options.print === 'curl' ? curlCommand(request, address) : invokeCommand(request, address),
  )
  context.report.hint(
    'the first page: put the last hit’s `sort` in `search_after` for the next one',
  )
  return EXIT.ok
}

async function confirmMany({ context }: SearchSession, count: number): Promise<void> {
  if (count <= ASK_ABOVE) return
  const message = `Print all ${plural(count, 'hit')}`
  if (await context.prompts.confirm({ message, flag: '--yes', fallback: false })) return
  throw new QwError('invalid', `${formatCount(count)} hits were not printed`, {
    code: 'CONFIRM',
    fix: 'pass --yes, or stop earlier with -n',
  })
}

interface Page extends ElasticAnswer {
  readonly hits: readonly ElasticHit[]
}

/** At least one page; the first one knows the total. A page too large to come back is asked for in halves. */
async function* pagesOf(
  session: SearchSession,
  first: CursorSearch,
  keys: readonly SortKeySpec[],
): AsyncGenerator<Page> {
  let left = session.options.maxHits ?? Infinity
  let search = first
  let largest = LARGEST_PAGE
  for (;;) {
    session.signal.throwIfAborted()
    let page: ElasticAnswer
    try {
      page = await askPage(session, search, keys)
    } catch (error) {
      if (!isQwError(error, 'tooLarge') || error.code !== 'RESP-TOO-BIG' || search.size <= 1)
        throw error
      largest = Math.ceil(search.size / 2)
      search = { ...search, size: largest }
      continue
    }
    yield page
    left -= page.hits.length
    const last = page.hits.at(-1)
    if (last === undefined || page.hits.length < search.size || left <= 0) return
    const size = Math.min(search.size * 2, largest, left)
    search = { ...search, size, after: cursorAfter(last, keys), counts: false }
  }
}

async function askPage(
  session: SearchSession,
  search: CursorSearch,
  keys: readonly SortKeySpec[],
): Promise<ElasticAnswer> {
  const { route, index, signal, facts } = session
  const body = stringifyJson(cursorBody(search))
  try {
    const answer = await apiPost(route.client, { path: searchPath(index, 'elastic'), body, signal })
    return elasticAnswer(parseJson(answer.text))
  } catch (error) {
    throw explainField(
      error,
      keys.map((key) => key.field),
      facts,
    )
  }
}

/** A key that the last hit has no value for is missing from its sort values: it goes back in as null. */
export function cursorAfter(
  last: Pick<ElasticHit, 'source' | 'sort'>,
  keys: readonly SortKeySpec[],
): readonly JsonValue[] {
  if (last.sort.length > keys.length) return last.sort
  const values = flattenHit(last.source)
  const given = [...last.sort]
  const address = given.pop() ?? null
  const cursor = keys.map(({ field }): JsonValue => {
    const hasValue = field === '_score' || (values.get(plainPath(field)) ?? null) !== null
    return hasValue ? (given.shift() ?? null) : null
  })
  return [...cursor, address]
}

/** `--json --all`: the shape of a native response, written while the pages come. */
class JsonDocument {
  readonly #session: SearchSession
  #count = 0

  constructor(session: SearchSession) {
    this.#session = session
  }

  async open(total: number): Promise<void> {
    await this.#session.context.out.write(`{"num_hits":${total},"hits":[`)
  }

  async add(hits: readonly ElasticHit[]): Promise<void> {
    const texts = hits.map((hit) => stringifyJson(hit.source))
    if (texts.length === 0) return
    await this.#session.context.out.write((this.#count === 0 ? '' : ',') + texts.join(','))
    this.#count += texts.length
  }

  async close(): Promise<void> {
    const { context, startedMs } = this.#session
    const micros = (context.clock.nowMs() - startedMs) * 1_000
    await context.out.write(`],"elapsed_time_micros":${micros},"errors":[]}\n`)
  }
}

interface AllFacts {
  readonly shown: number
  readonly total: number
  readonly leftOut: readonly string[]
}

async function footer(
  session: SearchSession,
  question: Question,
  { shown, total, leftOut }: AllFacts,
): Promise<void> {
  const { context, route, startedMs } = session
  const { report, out } = context
  if (leftOut.length > 0) {
    report.warn(
      `no column for ${leftOut.join(', ')}: they came after the header`,
      'name the columns with --fields',
    )
  }
  const elapsed = formatDuration(context.clock.nowMs() - startedMs)
  const parts = [
    `${formatCount(shown)} of ${plural(total, 'hit')}`,
    elapsed,
    `via ${route.client.via}`,
  ]
  report.hint(parts.join(out.style.ascii ? ' - ' : ' · '))
  if (total > 0) return
  for (const hint of await zeroHitHints(session, question, question.window)) report.hint(hint)
}

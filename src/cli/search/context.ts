import { isJsonObject, parseJson, stringifyJson } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import { formatSmallUsd } from '../../cost/format.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { apiGetJson, apiPost, type ApiAnswer } from '../stack/api-client.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { factLine } from '../format/facts.ts'
import { formatCount, plural } from '../format/number.ts'
import { answerFacts } from './answer-facts.ts'
import { numberOf } from './buckets.ts'
import { ContextWriter } from './context-view.ts'
import {
  cursorBody,
  elasticAnswer,
  type ElasticAnswer,
  type ElasticHit,
} from './elastic-request.ts'
import { hitGroups, type HitGroup, type Surrounded } from './hit-groups.ts'
import { hitsView } from './hits-options.ts'
import { neighbours, timeNsOf, type NeighbourSearch } from './neighbours.ts'
import { searchPath } from './print-request.ts'
import type { Question } from './question.ts'
import { contextOf, DEFAULT_MAX_HITS } from './search-options.ts'
import { indexPath, type SearchSession } from './session.ts'
import { elasticSort } from './sort-keys.ts'
import { zeroHitHints } from './zero-hits.ts'

/**
 * `--context`: the newest hits, oldest first, each among the documents around it in its index. They
 * stand in the order of the timestamp; of equal times, in the order in which they were indexed. What is
 * around a hit is not bound to the query or to `--since` and `--until`.
 */
export async function runWithContext(
  session: SearchSession,
  question: Question,
): Promise<ExitCode> {
  const timestampField = session.facts?.timestampField
  if (timestampField === undefined) {
    throw new QwError('invalid', `index ${session.index} has no timestamp field to order by`, {
      fix: 'search it without --context',
    })
  }
  const bill = new Bill(session)
  const answer = await askHits(session, { question, timestampField, bill })
  const groups = await groupsOf(session, answer.hits, { timestampField, bill })
  const { context, options } = session
  await new ContextWriter(hitsView(session, question), context.out).write(groups, {
    total: answer.total,
    asDocument: context.format === 'json',
  })
  if (context.format !== 'json') {
    for (const line of footer(session, { answer, groups, bill })) context.report.hint(line)
    if (answer.total === 0) {
      const hints = await zeroHitHints(session, question, question.window)
      for (const hint of hints) context.report.hint(hint)
    }
  }
  if (answer.failedSplits > 0) {
    const splits = plural(answer.failedSplits, 'split')
    context.report.warn(`${splits} of ${session.index} could not be searched: hits may be missing`)
    return EXIT.partial
  }
  return answer.total === 0 && options.requireHits === true ? EXIT.check : EXIT.ok
}

interface HitsRequest {
  readonly question: Question
  readonly timestampField: string
  readonly bill: Bill
}

/** Newest first, with what each was sorted by. */
async function askHits(
  session: SearchSession,
  { question, timestampField, bill }: HitsRequest,
): Promise<ElasticAnswer> {
  const { route, index, signal, facts, options } = session
  const body = cursorBody({
    query: question.query,
    searchFields: question.searchFields,
    window: question.window,
    timestampField,
    sort: elasticSort([{ field: timestampField, order: 'desc' }], facts),
    size: options.maxHits ?? DEFAULT_MAX_HITS,
    after: undefined,
    counts: true,
  })
  const path = searchPath(index, 'elastic')
  const answer = await apiPost(route.client, { path, body: stringifyJson(body), signal })
  bill.add(answer)
  return elasticAnswer(parseJson(answer.text))
}

async function groupsOf(
  session: SearchSession,
  newestFirst: readonly ElasticHit[],
  { timestampField, bill }: Omit<HitsRequest, 'question'>,
): Promise<readonly HitGroup[]> {
  const { before, after } = contextOf(session.options) ?? { before: 0, after: 0 }
  // Documents without a time come last, and have nothing around them.
  const hits = newestFirst.toReversed()
  const timed = hits.filter((hit) => timeNsOf(hit) !== undefined)
  const searches = timed.flatMap((hit): NeighbourSearch[] => [
    ...(before === 0 ? [] : [{ hit, side: 'before', count: before } as const]),
    // One more than is shown tells whether the next group touches this one.
    { hit, side: 'after', count: after + 1 },
  ])
  const density = searches.length === 0 ? undefined : await densityOf(session)
  const onAnswer = (answer: ApiAnswer): void => bill.add(answer)
  const found = await neighbours(session, searches, { timestampField, density, onAnswer })
  const around = new Map(searches.map((search, i) => [search, found[i] ?? []]))
  const sideOf = (hit: ElasticHit, side: NeighbourSearch['side']): readonly ElasticHit[] => {
    const search = searches.find((one) => one.hit === hit && one.side === side)
    return search === undefined ? [] : (around.get(search) ?? [])
  }
  return hitGroups(
    hits.map((hit): Surrounded => {
      const behind = sideOf(hit, 'after')
      return {
        hit,
        before: sideOf(hit, 'before').toReversed(),
        after: behind.slice(0, after),
        next: behind[after],
      }
    }),
  )
}

/** Of one index; undefined for several, of which each has its own. */
async function densityOf({
  route,
  facts,
  index,
  signal,
}: SearchSession): Promise<{ readonly docs: number; readonly spanNs: bigint } | undefined> {
  if (facts?.indexId !== index) return undefined
  const path = `/indexes/${indexPath(index)}/describe?format=json`
  const described = await apiGetJson(route.client, path, signal)
  if (!isJsonObject(described)) return undefined
  const [first, last] = [described['min_timestamp'] ?? null, described['max_timestamp'] ?? null]
  if (first === null || last === null) return undefined
  const seconds = numberOf(last) - numberOf(first) + 1
  return {
    docs: numberOf(described['num_published_docs']),
    spanNs: BigInt(Math.ceil(seconds)) * 1_000_000_000n,
  }
}

/** Requests and their price, summed. */
class Bill {
  readonly #session: SearchSession
  requests = 0
  costUsd: number | undefined = 0

  constructor(session: SearchSession) {
    this.#session = session
  }

  add(answer: ApiAnswer): void {
    this.requests++
    const { costUsd } = answerFacts(answer, this.#session.route.client.via, 0)
    this.costUsd =
      costUsd === undefined || this.costUsd === undefined ? undefined : this.costUsd + costUsd
  }
}

interface Shown {
  readonly answer: ElasticAnswer
  readonly groups: readonly HitGroup[]
  readonly bill: Bill
}

function footer(
  { context, route, startedMs }: SearchSession,
  { answer, groups, bill }: Shown,
): string[] {
  const { hits, total } = answer
  const around = groups.flat().filter(({ isHit }) => !isHit).length
  const facts = [
    total === 0 ? 'no hits' : `${formatCount(hits.length)} of ${plural(total, 'hit')}`,
    ...(total === 0 ? [] : [`${plural(around, 'document')} around them`]),
    formatDuration(context.clock.nowMs() - startedMs),
    plural(bill.requests, 'request'),
    `via ${route.client.via}`,
    ...(bill.costUsd === undefined
      ? []
      : [bill.costUsd === 0 ? '$0' : formatSmallUsd(bill.costUsd)]),
  ]
  const lines = [factLine(facts, context.out.columns)]
  if (hits.length > 0 && hits.length < total && context.out.isTerminal) {
    lines.push('older ones: -n for more of them, or --until for those before a time')
  }
  return lines
}

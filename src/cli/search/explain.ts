import {
  isJsonObject,
  parseJson,
  stringifyJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { indentJson } from '../../api/reply.ts'
import { DEFAULT_ASSUMPTIONS } from '../../cost/assumptions.ts'
import { formatSmallUsd } from '../../cost/format.ts'
import { estimateSearch } from '../../cost/search-estimate.ts'
import { coldReads } from '../../engine/search/cold-reads.ts'
import type { ReadRound } from '../../engine/search/read-rounds.ts'
import { apiPost } from '../stack/api-client.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { numberOf } from './buckets.ts'
import { explainField } from './field-errors.ts'
import { queryWords } from './query-words.ts'
import { indexPath, type SearchSession } from './session.ts'

/** A plan as the API tells it. Undefined is what a deployment of an older version leaves out. */
interface Plan {
  readonly query: JsonValue
  readonly searched: number
  readonly total: number | undefined
  /** Reason and number of splits. */
  readonly pruned: readonly (readonly [reason: string, count: number])[]
  /** Of one split, one after another. */
  readonly rounds: readonly ReadRound[] | undefined
  readonly hitRequests: number
  readonly parts: JsonObject
}

type Estimate = ReturnType<typeof coldReads> & ReturnType<typeof estimateSearch>

/** `--explain`: what the search would do, without doing it. The estimate takes every split for as large
 *  as the largest. */
export async function runExplain(
  session: SearchSession,
  request: { readonly body: string; readonly fields: readonly string[] },
): Promise<ExitCode> {
  const { context, route, index, signal, facts } = session
  const path = `/${indexPath(index)}/search-plan`
  const answer = await apiPost(route.client, { path, body: request.body, signal }).catch(
    (error: unknown) => {
      throw explainField(error, request.fields, facts)
    },
  )
  const plan = planOf(parseJson(answer.text))
  const estimate = estimateOf(plan, route.client.via === 'api')
  const { out } = context
  if (context.format === 'json') {
    const text = stringifyJson(documentOf(index, plan, estimate))
    await out.write(`${out.isTerminal ? indentJson(text) : text}\n`)
  } else await out.write(drawFacts(factsOf(plan, estimate), out))
  return EXIT.ok
}

function planOf(answer: JsonValue): Plan {
  const plan = isJsonObject(answer) ? answer : {}
  const splits = isJsonObject(plan['splits']) ? plan['splits'] : undefined
  const pruned = isJsonObject(splits?.['pruned']) ? Object.entries(splits['pruned']) : []
  const searched = plan['searched_splits']
  const reads = plan['reads']
  return {
    query: plan['quickwit_ast'] ?? null,
    searched: Array.isArray(searched) ? searched.length : 0,
    total: splits === undefined ? undefined : numberOf(splits['total']),
    pruned: pruned.map(([reason, count]) => [reason, numberOf(count)] as const),
    rounds: Array.isArray(reads)
      ? reads.filter(isJsonObject).map((round) => ({
          requests: numberOf(round['requests']),
          bytes: numberOf(round['bytes']),
          isShared: round['shared'] === true,
        }))
      : undefined,
    hitRequests: numberOf(plan['hit_requests']),
    parts: isJsonObject(plan['storage_requests']) ? plan['storage_requests'] : {},
  }
}

function estimateOf({ rounds, searched, hitRequests }: Plan, http: boolean): Estimate | undefined {
  if (rounds === undefined) return undefined
  const cold = coldReads({ rounds, searched, hitRequests })
  return { ...cold, ...estimateSearch({ ...cold, responseBytes: 0 }, http) }
}

const REASONS: Readonly<Record<string, string>> = {
  query: 'nothing can match',
  time: 'outside the time',
  tags: 'other tags',
  values: 'other values',
  together: 'time, tags and values together',
}

const PARTS: Readonly<Record<string, string>> = {
  footer: 'footer',
  sstable: 'dictionary blocks',
  posting: 'posting lists',
  position: 'position lists',
  fastfield: 'columns',
  fieldnorm: 'fieldnorms',
}

function factsOf(plan: Plan, estimate: Estimate | undefined): Fact[] {
  const { searched, total, pruned, hitRequests, parts } = plan
  const facts: Fact[] = [['Query', queryWords(plan.query)]]
  const of = total === undefined ? '' : ` of ${formatCount(total)}`
  facts.push(['Splits', `${formatCount(searched)}${of} may hold matches`])
  const leftOut = pruned.filter(([, count]) => count > 0).toSorted((a, b) => b[1] - a[1])
  for (const [reason, count] of leftOut) {
    facts.push(['', `${formatCount(count)} left out: ${REASONS[reason] ?? reason}`])
  }
  if (estimate === undefined) {
    facts.push(['Reads', 'not told by this deployment: qw-lambda deploy brings it up to date'])
    return facts
  }
  const { rounds, requests, bytes, waitMs, usdPer1000 } = estimate
  facts.push(
    [
      'Reads',
      `${plural(requests, 'request')}, ${formatBytes(bytes)}, in ${plural(rounds, 'round')} where nothing is cached`,
    ],
    ...readFacts(plan),
  )
  const read = Object.entries(parts).filter(([, count]) => numberOf(count) > 0)
  if (read.length > 0) {
    const list = read.map(([name, count]) => `${PARTS[name] ?? name} ${numberOf(count)}`)
    facts.push(['', `of the largest split: ${list.join(', ')}`])
  }
  if (hitRequests > 0) {
    facts.push(['', `the last round: documents of hits, at most ${plural(hitRequests, 'request')}`])
  }
  facts.push(
    ['Time', `about ${waitMs} ms of waiting for S3 in AWS; computing comes on top`],
    [
      'Price',
      `${formatSmallUsd(usdPer1000)} for a thousand such queries in AWS, at ${formatCount(DEFAULT_ASSUMPTIONS.searcherMemoryMb)} MB and list prices`,
    ],
  )
  return facts
}

function readFacts({ rounds = [], searched }: Plan): Fact[] {
  const facts: Fact[] = [['', 'round 1: the metastore, 1 request']]
  for (const [i, { requests, bytes, isShared }] of rounds.entries()) {
    const [what, times] = isShared ? ['one object', 1] : ['splits', searched]
    const all = plural(requests * times, 'request')
    facts.push(['', `round ${i + 2}: ${what}, ${all}, ${formatBytes(bytes * times)}`])
  }
  return facts
}

function documentOf(index: string, plan: Plan, estimate: Estimate | undefined): JsonObject {
  const { query, searched, total, pruned, rounds, hitRequests, parts } = plan
  return {
    schema: 'qw-lambda/search-explain/1',
    index,
    query: queryWords(query),
    plan: query,
    splits: {
      total: total ?? null,
      searched,
      pruned: Object.fromEntries(pruned),
    },
    per_split:
      rounds === undefined
        ? null
        : {
            rounds: rounds.map(({ requests, bytes, isShared }) => ({
              requests,
              bytes,
              shared: isShared,
            })),
            parts,
          },
    hit_requests: hitRequests,
    cold:
      estimate === undefined
        ? null
        : {
            rounds: estimate.rounds,
            requests: estimate.requests,
            bytes: estimate.bytes,
            wait_ms: estimate.waitMs,
            usd_per_1000_queries: Number(estimate.usdPer1000.toPrecision(4)),
          },
  }
}

import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import MiniSearch, { type Query, type SearchResult } from 'minisearch'
import { repeated } from '../measure.ts'
import type { Answer, Asked, Asking, Clause, Indexing, PeerQuestion } from './peer.ts'

const [, , task = '', indexId = '', file = ''] = process.argv
const [fields, dates] =
  indexId === 'mock-sales'
    ? [['description'], { field: 'ts', unitMs: 1 }]
    : [['body', 'severity_text'], { field: 'timestamp', unitMs: 1_000 }]

const result =
  task === 'index' ? index() : await ask(JSON.parse(await text(process.stdin)) as Asking)
console.log(JSON.stringify(result))

function build(): MiniSearch {
  const documents = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line, number) => ({ ...(JSON.parse(line) as object), number }))
  const storeFields = Object.keys(documents[0] ?? {})
  const mini = new MiniSearch({ fields, storeFields, idField: 'number' })
  mini.addAll(documents)
  return mini
}

function index(): Indexing {
  const start = performance.now()
  const mini = build()
  const wholeMs = performance.now() - start
  const { user, system } = process.cpuUsage()
  globalThis.gc?.()
  const bytes = process.memoryUsage().heapUsed
  return {
    docs: mini.documentCount,
    searchableMs: wholeMs,
    wholeMs,
    cpuMs: (user + system) / 1e3,
    bytes,
  }
}

async function ask({ questions, runs, warmUps, leastMs }: Asking): Promise<(Asked | null)[]> {
  const mini = build()
  const asked: (Asked | null)[] = []
  for (const question of questions) {
    const query = queryOf(question)
    if (query === undefined) {
      asked.push(null)
      continue
    }
    const time = async (): Promise<number> => {
      const start = performance.now()
      answerTo(mini, query, question)
      return performance.now() - start
    }
    await repeated(time, warmUps, leastMs)
    const timesMs = await repeated(time, runs, leastMs)
    asked.push({ answer: answerTo(mini, query, question), timesMs })
  }
  return asked
}

type TextClause = Clause & { readonly kind: 'text' }
type RangeClause = Clause & { readonly kind: 'range' }

/** Undefined for what it has no means for: aggregations, phrases, a search without words. */
function queryOf({ clauses, aggs }: PeerQuestion): Query | undefined {
  const texts = clauses.filter((clause): clause is TextClause => clause.kind === 'text')
  if (aggs !== undefined || texts.length === 0) return undefined
  if (texts.some((clause) => clause.text.includes(' '))) return undefined
  const queries = texts.map((clause) => ({ queries: [clause.text], fields: [clause.field] }))
  return { combineWith: 'AND', queries }
}

function answerTo(
  mini: MiniSearch,
  query: Query,
  { clauses, hits, newestBy }: PeerQuestion,
): Answer {
  const ranges = clauses.filter((clause): clause is RangeClause => clause.kind === 'range')
  const filter = (result: SearchResult): boolean =>
    ranges.every(({ field, above = -Infinity, below = Infinity }) => {
      const value = Number(result[field])
      return value > above && value < below
    })
  const found = mini.search(query, ranges.length === 0 ? {} : { filter })
  const timeOf = (result: SearchResult): number => Number(result[dates.field]) * dates.unitMs
  const sorted = newestBy === undefined ? found : found.sort((a, b) => timeOf(b) - timeOf(a))
  const best = sorted.slice(0, hits)
  return {
    count: found.length,
    hits: best.length,
    newestMs: newestBy === undefined ? [] : best.map(timeOf),
    exact: {},
    approximate: {},
  }
}

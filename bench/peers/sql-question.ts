import { isJsonObject, type JsonObject, type JsonValue } from '../../src/engine/bytes/json.ts'
import type { Answer, Clause, PeerQuestion, PeerSet } from './peer.ts'

/** Those that are answered where nobody says which. */
const PERCENTS = [1, 5, 25, 50, 75, 95, 99]
const HOUR_MS = 3_600_000

export type SqlRow = readonly (string | number | readonly number[])[]

/** Statements that answer a question together, and what they say. */
export interface SqlQuestion {
  readonly statements: readonly string[]
  answer(results: readonly (readonly SqlRow[])[]): Answer
}

/** What one data set is called in tables. */
export interface SqlSet {
  readonly columns: Readonly<Record<string, string>>
  /** Where words are searched for. */
  readonly text: string
  /** Every time is a count of these. */
  readonly dateUnitMs: number
}

export const SQL_SETS: Readonly<Record<PeerSet['indexId'], SqlSet>> = {
  'mock-sales': {
    columns: {
      ts: 'BIGINT',
      id: 'BIGINT',
      name: 'TEXT',
      price: 'DOUBLE',
      quantity: 'BIGINT',
      description: 'TEXT',
    },
    text: 'description',
    dateUnitMs: 1,
  },
  'hdfs-logs': {
    columns: {
      timestamp: 'BIGINT',
      tenant_id: 'BIGINT',
      severity_text: 'TEXT',
      body: 'TEXT',
      resource: 'JSON',
      attributes: 'JSON',
    },
    text: 'body',
    dateUnitMs: 1_000,
  },
}

/** How an engine says what is not the same in all of them. */
export interface SqlDialect {
  /** FROM and WHERE of documents that have all of `texts`, each a word or a phrase of the text column,
   *  and fulfil `conditions`; `counted`: where nothing of the documents is asked for. */
  matching(matching: {
    readonly set: SqlSet
    readonly texts: readonly string[]
    readonly conditions: readonly string[]
    readonly counted: boolean
  }): string
  /** One value a statement, or all of them as a list in one. */
  percentiles(field: string, percents: readonly number[], docs: number): readonly string[]
}

export function sqlQuestion(
  { indexId, docs }: Pick<PeerSet, 'indexId' | 'docs'>,
  { clauses, hits, newestBy, aggs }: PeerQuestion,
  dialect: SqlDialect,
): SqlQuestion {
  const set = SQL_SETS[indexId]
  const isWords = (clause: Clause): boolean => clause.kind === 'text' && clause.field === set.text
  const texts = clauses.flatMap((each) => (each.kind === 'text' && isWords(each) ? each.text : []))
  const conditions = clauses.filter((each) => !isWords(each)).flatMap(conditionsOf)
  const matching = (counted: boolean): string =>
    dialect.matching({ set, texts, conditions, counted })
  const count = `SELECT count(*) ${matching(true)}`
  if (isJsonObject(aggs)) {
    return aggregated({ set, docs, aggs, dialect, count, from: matching(false) })
  }
  const columns = Object.keys(set.columns).map((name) => `docs.${name}`)
  const order = newestBy === undefined ? '' : `ORDER BY docs.${newestBy} DESC `
  const dateAt = Object.keys(set.columns).indexOf(newestBy ?? '')
  return {
    statements: [count, `SELECT ${columns.join(', ')} ${matching(false)} ${order}LIMIT ${hits}`],
    answer: ([counted = [], found = []]) => ({
      count: numberAt(counted[0], 0),
      hits: found.length,
      newestMs: dateAt < 0 ? [] : found.map((row) => numberAt(row, dateAt) * set.dateUnitMs),
      exact: {},
      approximate: {},
    }),
  }
}

function conditionsOf(clause: Clause): string[] {
  const column = `docs.${clause.field}`
  if (clause.kind === 'text') return [`${column} = ${quoted(clause.text)}`]
  const { above, below } = clause
  return [
    ...(above === undefined ? [] : [`${column} > ${above}`]),
    ...(below === undefined ? [] : [`${column} < ${below}`]),
  ]
}

interface Aggregated {
  readonly set: SqlSet
  readonly docs: number
  readonly aggs: JsonObject
  readonly dialect: SqlDialect
  readonly count: string
  readonly from: string
}

/** Numbers of all that matches; an hourly histogram by a field; or percentiles. */
function aggregated(asked: Aggregated): SqlQuestion {
  const [name, kinds] = firstOf(asked.aggs)
  if ('date_histogram' in kinds) return histogram(asked, name, kinds)
  if ('percentiles' in kinds) return percentiles(asked, name, fieldOf(kinds['percentiles']))
  return metrics(asked)
}

function histogram({ set, from }: Aggregated, name: string, asked: JsonObject): SqlQuestion {
  const time = fieldOf(asked['date_histogram'])
  const [inner, terms] = firstOf(asked['aggs'])
  const by = fieldOf(terms['terms'])
  const hour = `docs.${time} - docs.${time} % ${HOUR_MS / set.dateUnitMs}`
  return {
    statements: [`SELECT ${hour} AS hour, docs.${by}, count(*) ${from} GROUP BY 1, 2`],
    answer([rows = []]) {
      const exact: Record<string, number> = {}
      let count = 0
      for (const row of rows) {
        const bucket = `${name}/${numberAt(row, 0) * set.dateUnitMs}`
        const docs = numberAt(row, 2)
        exact[bucket] = (exact[bucket] ?? 0) + docs
        exact[`${bucket}/${inner}/${String(row[1])}`] = docs
        count += docs
      }
      return { count, hits: 0, newestMs: [], exact, approximate: {} }
    },
  }
}

function percentiles(
  { dialect, docs, count }: Aggregated,
  name: string,
  field: string,
): SqlQuestion {
  return {
    statements: [count, ...dialect.percentiles(field, PERCENTS, docs)],
    answer([counted = [], ...results]) {
      const values = results.flatMap(([row]) => row?.flat() ?? [])
      const named = PERCENTS.map((percent, i) => [`${name}/${percent}`, Number(values[i])])
      return {
        count: numberAt(counted[0], 0),
        hits: 0,
        newestMs: [],
        exact: {},
        approximate: Object.fromEntries(named) as Record<string, number>,
      }
    },
  }
}

function metrics({ aggs, from }: Aggregated): SqlQuestion {
  const metricsAsked = Object.entries(aggs).map(([name, metric]) => {
    const [kind, options] = firstOf(metric)
    if (kind !== 'avg' && kind !== 'max') throw new Error(`no SQL for ${JSON.stringify(metric)}`)
    return { name, sql: `${kind}(docs.${fieldOf(options)})` }
  })
  const columns = ['count(*)', ...metricsAsked.map(({ sql }) => sql)]
  return {
    statements: [`SELECT ${columns.join(', ')} ${from}`],
    answer: ([rows = []]) => ({
      count: numberAt(rows[0], 0),
      hits: 0,
      newestMs: [],
      exact: Object.fromEntries(
        metricsAsked.map(({ name }, i) => [name, numberAt(rows[0], i + 1)]),
      ),
      approximate: {},
    }),
  }
}

/** Its first key, and the object below. */
function firstOf(value: JsonValue | undefined): readonly [string, JsonObject] {
  const [entry] = isJsonObject(value) ? Object.entries(value) : []
  if (entry === undefined || !isJsonObject(entry[1])) {
    throw new Error(`no SQL for ${JSON.stringify(value)}`)
  }
  return [entry[0], entry[1]]
}

function fieldOf(options: JsonValue | undefined): string {
  const field = isJsonObject(options) ? options['field'] : undefined
  if (typeof field !== 'string') throw new Error(`no field in ${JSON.stringify(options)}`)
  return field
}

function numberAt(row: SqlRow | undefined, at: number): number {
  return Number(row?.[at])
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

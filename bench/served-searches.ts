import { availableParallelism } from 'node:os'
import { isJsonObject, type JsonObject, type JsonValue } from '../src/engine/bytes/json.ts'
import { HDFS, SALES } from './bench-index.ts'
import { repeated, rowOf, sampleOf } from './measure.ts'
import type { BenchContext } from './parts.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS, type Question } from './questions.ts'
import type { BenchRow, BenchSection } from './report.ts'
import { datasetName, searchRowId } from './row-ids.ts'
import { docsOf } from './whole-index.ts'

const TIMING = { runs: 21, warmUps: 5, leastMs: 150 }

/** Searches that have to look at all documents, on `serve`, which shares them over its threads: by the clock
 *  of the server, beside the rows of one thread. */
export async function servedSearches(
  endpoint: string,
  context: BenchContext,
): Promise<BenchSection> {
  const rows: BenchRow[] = []
  for (const [set, questions] of [
    [SALES, SALES_QUESTIONS],
    [HDFS, HDFS_QUESTIONS],
  ] as const) {
    const { indexId } = set
    const docs = docsOf(context, set)
    for (const { id, measure, request } of questions.filter(isAggregation)) {
      let asked = 0
      const ask = async (): Promise<number> => {
        // Another name each time, so that no answer is remembered.
        const aggs = { [`asked${asked++}`]: onlyOne(request.aggs) }
        return await elapsedMs(`${endpoint}/api/v1/${indexId}/search`, aggs)
      }
      await repeated(ask, TIMING.warmUps, TIMING.leastMs)
      const sample = sampleOf(await repeated(ask, TIMING.runs, TIMING.leastMs))
      const dataset = datasetName(indexId, docs)
      rows.push(
        rowOf({ id: `served-${searchRowId(id, docs)}`, measure, unit: 'ms', dataset }, sample),
      )
    }
  }
  const title = `Searches of all documents on \`serve\`, ${availableParallelism()} cores, by its own clock`
  return { title, rows }
}

/** Of all documents, and one alone, which can have another name. */
function isAggregation({ request: { query, aggs } }: Question): boolean {
  return query === undefined && isJsonObject(aggs) && Object.keys(aggs).length === 1
}

function onlyOne(aggs: JsonValue | undefined): JsonValue {
  return isJsonObject(aggs) ? (Object.values(aggs)[0] ?? null) : null
}

async function elapsedMs(url: string, aggs: JsonObject): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '*', max_hits: 0, aggs }),
  })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  const { elapsed_time_micros } = (await response.json()) as { elapsed_time_micros: number }
  return elapsed_time_micros / 1_000
}

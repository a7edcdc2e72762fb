import { publishedSplits } from '../src/engine/metastore/index-metadata.ts'
import type { SearchRequest } from '../src/engine/search/request.ts'
import { searchRoot, type SearchContext } from '../src/engine/search/root.ts'
import { HDFS, SALES, type DataSet } from './bench-index.ts'
import { isWanted, splitsOf, timed } from './measure.ts'
import { openWholeIndexes } from './open-index.ts'
import type { BenchContext } from './parts.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS, type Question } from './questions.ts'
import type { BenchRow, BenchSection, PartResult } from './report.ts'
import { BOUNDED_DOCS, datasetName, searchRowId } from './row-ids.ts'
import { searchRequest } from './search-request.ts'
import { ensureWholeIndexes } from './whole-index.ts'

const TIMING = { runs: 21, warmUps: 5, leastMs: 150 }

export async function benchSearching(context: BenchContext): Promise<PartResult> {
  const { only } = context
  await ensureWholeIndexes(context)
  const opened = openWholeIndexes(context)
  return {
    sections: [
      await warm(SALES, wanted(SALES_QUESTIONS, only), opened),
      await warm(HDFS, wanted(HDFS_QUESTIONS, only), opened),
    ],
  }
}

function wanted(questions: readonly Question[], only: string | undefined): Question[] {
  return questions.filter((question) => isWanted(only, question))
}

async function warm(
  { indexId, what }: DataSet,
  questions: readonly Question[],
  context: SearchContext,
): Promise<BenchSection> {
  const splits = publishedSplits(await context.metastore.load(indexId))
  const docs = splits.reduce((sum, { docCount }) => sum + docCount, 0)
  const rows: BenchRow[] = []
  for (const { id, measure, request, must, aim } of questions) {
    const work = () => search(indexId, request, context)
    const sample = await timed(work, TIMING)
    rows.push({
      id: searchRowId(id, docs),
      measure,
      unit: 'ms',
      ...sample,
      ...(docs === BOUNDED_DOCS && { must, aim }),
      dataset: datasetName(indexId, docs),
    })
  }
  return { title: `Searching ${docs} ${what}, ${splitsOf(splits.length)}, warm, one thread`, rows }
}

async function search(
  indexId: string,
  request: Partial<SearchRequest>,
  context: SearchContext,
): Promise<void> {
  await searchRoot(searchRequest(indexId, request), context)
}

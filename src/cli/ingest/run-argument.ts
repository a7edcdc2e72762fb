import { QwError } from '../../engine/errors.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import { beginningOf } from './find-handed.ts'

/**
 * The beginning of the ids of one run or several; undefined for all. A run of which nothing waits is no
 * mistake. Throws `notFound` (code RUN-NONE) for one that neither the recent runs nor the failures know.
 */
export function runBeginning(
  { runs, rejectSets }: IndexFile,
  wanted: string | undefined,
): string | undefined {
  if (wanted === undefined) return undefined
  const beginning = beginningOf(wanted)
  const isKnown =
    runs.some(({ runId }) => runId.startsWith(beginning)) ||
    rejectSets.some(({ setId }) => setId.startsWith(beginning))
  if (isKnown && beginning !== '') return beginning
  throw new QwError('notFound', `there is no run ${wanted}`, {
    code: 'RUN-NONE',
    fix: 'qw-lambda ingest status',
  })
}

import { dryRunSource, type DryRunResult } from '../../engine/indexing/dry-run.ts'
import type { Source } from '../../engine/sources/source.ts'
import { Metastore } from '../../engine/metastore/metastore.ts'
import type { IndexConfig } from '../../engine/schema/index-config.ts'
import { memoryStore } from '../../stores/memory-store.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import type { CliContext } from '../command/context.ts'

const CHECKED_DOCS = 1_000

/** How the first documents of a source fare under a mapping that no index has yet. */
export async function checkFit(
  { clock, signal }: CliContext,
  config: IndexConfig,
  source: Source,
): Promise<DryRunResult> {
  const components = { clock, random: systemRandom }
  const metastore = new Metastore(memoryStore(clock), components)
  await metastore.createIndex(config)
  return await dryRunSource(
    { ...components, metastore },
    { indexId: config.indexId, source, maxDocs: CHECKED_DOCS, signal },
  )
}

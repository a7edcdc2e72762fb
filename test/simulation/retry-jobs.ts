import { retryRejects } from '../../src/engine/indexing/retry-rejects.ts'
import { parseIndexConfig } from '../../src/engine/schema/config-text.ts'
import type { IndexConfig } from '../../src/engine/schema/index-config.ts'
import { ODD_FIELD } from './documents.ts'
import type { Job } from './jobs.ts'

/** The mapping is mended in place: what was rejected for its odd field fits from now on. */
export function addOddField(config: IndexConfig): Job {
  return {
    name: `add ${ODD_FIELD} to the mapping of ${config.indexId}`,
    repeats: true,
    async run({ components: { metastore } }) {
      await metastore.updateConfig(withOddField(config))
    },
  }
}

function withOddField(config: IndexConfig): IndexConfig {
  const { docMapping } = config
  const [odd] = parseIndexConfig({
    version: '0.9',
    index_id: config.indexId,
    doc_mapping: { field_mappings: [{ name: ODD_FIELD, type: 'text' }] },
  }).docMapping.fieldMappings
  if (odd === undefined) throw new Error('no field was read')
  return {
    ...config,
    docMapping: { ...docMapping, fieldMappings: [...docMapping.fieldMappings, odd] },
  }
}

/** All that was rejected, as `ingest retry` does it. */
export function retry(indexId: string): Job {
  return {
    name: `retry what ${indexId} rejected`,
    repeats: false,
    async run({ components }) {
      await retryRejects(components, { indexId })
    },
  }
}

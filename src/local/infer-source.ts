import type { FileBeginning, Inference } from '../api/operations.ts'
import { parseSourceFormat, sourceFormatName } from '../engine/schema/source-format.ts'
import { serializeIndexConfig } from '../engine/schema/serialize-config.ts'
import { DEFAULT_SAMPLE_DOCS, sampleSource } from '../engine/sources/sample-source.ts'
import type { Source } from '../engine/sources/source.ts'

/** The mapping that `init` and `ingest` would propose for a file that begins so. Throws `invalid` when
 *  there is no document in it, or it is of no known format. */
export async function inferSource(
  { bytes, name, format, indexId, timestampField }: FileBeginning,
  nowMs: number,
): Promise<Inference> {
  const source: Source = {
    uri: name,
    etag: '',
    sizeBytes: bytes.length,
    ...(format === undefined ? {} : { format: parseSourceFormat(format) }),
    async *open() {
      yield bytes
    },
    verifyUnchanged: () => Promise.resolve(),
  }
  const sample = await sampleSource(source, { maxDocs: DEFAULT_SAMPLE_DOCS, nowMs })
  // The YAML library, and what knows about mappings.
  const { inferIndexConfig } = await import('../engine/sources/infer/infer.ts')
  const inferred = inferIndexConfig(sample.docs, {
    indexId,
    format: sample.format,
    ...(timestampField === undefined ? {} : { timestampField }),
  })
  return {
    format: sourceFormatName(sample.format),
    config: serializeIndexConfig(inferred.config),
    yaml: inferred.yaml,
    timestampCandidates: inferred.timestampCandidates,
    template: inferred.template,
    sample: sample.docs,
    warnings: inferred.leftDynamic.map((key) => `${key.name} stays dynamic: ${key.reason}`),
  }
}

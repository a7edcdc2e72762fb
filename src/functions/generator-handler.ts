import { gzip } from 'node:zlib'
import { promisify } from 'node:util'
import { QwError } from '../engine/errors.ts'
import type { Clock, ObjectStore, Random } from '../engine/ports.ts'
import type { Invocation, InvocationLog } from './invocation-log.ts'
import { salesBatch } from './sales-batch.ts'

export interface GeneratorComponents {
  readonly staging: ObjectStore
  readonly clock: Clock
  readonly random: Random
  readonly log: InvocationLog
}

export interface GeneratorSettings {
  /** First folder of the staged key: the index that the documents are for. */
  readonly indexId: string
  readonly docsPerBatch: number
}

interface GeneratorReport {
  readonly keys: readonly string[]
  readonly num_docs: number
  readonly source_bytes: number
}

export type GeneratorHandler = (event: unknown, invocation: Invocation) => Promise<GeneratorReport>

/** A batch stays well under Lambda's memory: about 160 bytes a document before compression. */
const MAX_DOCS_PER_BATCH = 1_000_000
const MAX_BATCHES = 1_000
const GZIP_LEVEL = 6

const gzipAsync = promisify(gzip)

/** Writes batches of mock sales to the staging bucket. Event: `{docs?, batches?, seed?}`. */
export function makeGeneratorHandler(
  components: GeneratorComponents,
  settings: GeneratorSettings,
): GeneratorHandler {
  return async (event, invocation) => {
    const docs = wholeNumber(event, 'docs', settings.docsPerBatch, MAX_DOCS_PER_BATCH)
    const batches = wholeNumber(event, 'batches', 1, MAX_BATCHES)
    const seed = wholeNumber(event, 'seed', randomSeed(components.random), Number.MAX_SAFE_INTEGER)
    const keys: string[] = []
    let sourceBytes = 0
    for (let batch = 0; batch < batches; batch++) {
      invocation.signal?.throwIfAborted()
      const nowMs = components.clock.nowMs()
      // The last document is of now, and none of later: whoever looks at the last minute finds them.
      const startMs = nowMs - Math.max(0, docs - 1)
      const body = salesBatch({ seed: seed + batch, count: docs, startMs })
      const key = `${settings.indexId}/${Math.floor(nowMs / 1_000)}-${seed + batch}.gz`
      await components.staging.put(key, await gzipAsync(body, { level: GZIP_LEVEL }), {
        condition: { kind: 'always' },
        signal: invocation.signal,
      })
      keys.push(key)
      sourceBytes += body.length
    }
    components.log({ event: 'generated', keys, docs: docs * batches, source_bytes: sourceBytes })
    return { keys, num_docs: docs * batches, source_bytes: sourceBytes }
  }
}

function wholeNumber(event: unknown, name: string, fallback: number, most: number): number {
  const given =
    typeof event === 'object' && event !== null && name in event
      ? (event as Readonly<Record<string, unknown>>)[name]
      : undefined
  if (given === undefined || given === null) return fallback
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 0 && given <= most) {
    return given
  }
  throw new QwError('invalid', `${name} has to be a whole number of at most ${most}`)
}

function randomSeed(random: Random): number {
  return new DataView(random.bytes(4).buffer).getUint32(0)
}

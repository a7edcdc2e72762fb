import { QwError } from '../errors.ts'
import { getIfThere, type ObjectStore } from '../ports.ts'
import { asFields, integerAt, parseFields, stringAt } from './json-fields.ts'
import { ingestKey, ingestsPrefix } from './layout.ts'

/** What one command handed over to be indexed, so that any other can tell how far it has come. */
export interface IngestRecord {
  /** A ULID, as run ids are. */
  readonly ingestId: string
  readonly indexId: string
  readonly startedMs: number
  readonly objects: readonly HandedObject[]
  /** When what was not indexed by then was taken back. */
  readonly cancelledMs?: number | undefined
}

interface HandedObject {
  readonly uri: string
  readonly etag: string
  /** Uncompressed where that is known. */
  readonly sizeBytes: number
}

/** One PUT. */
export async function writeIngest(store: ObjectStore, record: IngestRecord): Promise<void> {
  const { ingestId, indexId, startedMs, objects, cancelledMs } = record
  const body = JSON.stringify({
    ingest_id: ingestId,
    index_id: indexId,
    started_ms: startedMs,
    ...(cancelledMs === undefined ? {} : { cancelled_ms: cancelledMs }),
    objects: objects.map(({ uri, etag, sizeBytes }) => ({ uri, etag, size_bytes: sizeBytes })),
  })
  const key = ingestKey(indexId, ingestId)
  await store.put(key, Buffer.from(body), { condition: { kind: 'always' } })
}

/** The only record whose id begins so; undefined when there is none or several. A LIST and a GET. */
export async function findIngest(
  store: ObjectStore,
  indexId: string,
  beginning: string,
): Promise<IngestRecord | undefined> {
  const keys: string[] = []
  for await (const { key } of store.list(ingestsPrefix(indexId) + beginning)) keys.push(key)
  const [key] = keys
  if (key === undefined || keys.length > 1) return undefined
  const stored = await store.get(key)
  return stored === undefined ? undefined : decodeIngest(stored.bytes, key)
}

/** Whether `ingest cancel` was said of it. A GET. */
export async function wasCancelled(
  store: ObjectStore,
  { indexId, ingestId }: Pick<IngestRecord, 'indexId' | 'ingestId'>,
): Promise<boolean> {
  const key = ingestKey(indexId, ingestId)
  const stored = await getIfThere(store, key)
  return stored !== undefined && decodeIngest(stored.bytes, key).cancelledMs !== undefined
}

/** Throws `corrupt`. */
function decodeIngest(bytes: Uint8Array, key: string): IngestRecord {
  const fields = parseFields(bytes, key)
  const { objects } = fields
  if (!Array.isArray(objects)) throw new QwError('corrupt', `${key} has no objects`)
  return {
    ingestId: stringAt(fields, 'ingest_id'),
    indexId: stringAt(fields, 'index_id'),
    startedMs: integerAt(fields, 'started_ms'),
    cancelledMs:
      fields['cancelled_ms'] === undefined ? undefined : integerAt(fields, 'cancelled_ms'),
    objects: objects.map((value: unknown) => {
      const object = asFields(value, key)
      return {
        uri: stringAt(object, 'uri'),
        etag: stringAt(object, 'etag'),
        sizeBytes: integerAt(object, 'size_bytes'),
      }
    }),
  }
}

import { QwError } from '../errors.ts'
import { getIfThere, type ObjectStore } from '../ports.ts'
import { HASH_CHARS } from './checkpoint.ts'
import { deleteKeys } from './delete-keys.ts'
import { integerAt, parseFields, stringAt } from './json-fields.ts'
import { handedPageKey, handedPrefix, handedRecordKey } from './layout.ts'

/**
 * What of a bucket was handed over to be indexed where it lies. A checkpoint forgets finished files
 * after days, and these stay in their bucket for ever, so each listing is kept: a record, and pages with
 * an entry per object. Whoever lists the bucket again skips what stands there, and a listing that was
 * cut off goes on behind the record's cursor.
 *
 *   page   20 bytes an object:   0 SHA-256 of its checkpoint partition id, cut to 12   12 size f64, little-endian
 *
 * A million objects are 20 MB in the index bucket.
 */
export interface HandedRecord {
  /** A ULID, as run ids are. */
  readonly ingestId: string
  readonly indexId: string
  /** `s3://bucket/prefix`. */
  readonly uri: string
  readonly startedMs: number
  /** Keys up to this one are handed over; empty: none yet. */
  readonly cursor: string
  /** Whether the listing came to its end. */
  readonly isListed: boolean
  readonly pageCount: number
  readonly objectCount: number
  readonly sizeBytes: number
  /** Whether new objects came by themselves when the listing began. */
  readonly isFollowed: boolean
}

/** Size by hash, as the checkpoint writes hashes. */
type HandedObjects = ReadonlyMap<string, number>

/** S3 tells the second in which an object was written, without its fraction. */
const MODIFIED_PRECISION_MS = 1_000
const HASH_BYTES = (HASH_CHARS * 3) / 4
const ENTRY_BYTES = HASH_BYTES + 8

export function encodeHanded(objects: HandedObjects): Uint8Array {
  const page = Buffer.alloc(objects.size * ENTRY_BYTES)
  let at = 0
  for (const [hash, sizeBytes] of objects) {
    page.write(hash, at, HASH_BYTES, 'base64url')
    page.writeDoubleLE(sizeBytes, at + HASH_BYTES)
    at += ENTRY_BYTES
  }
  return page
}

/** Throws `corrupt`. */
export function decodeHanded(bytes: Uint8Array, key: string): Map<string, number> {
  if (bytes.length % ENTRY_BYTES !== 0) {
    throw new QwError('corrupt', `${key} has ${bytes.length} bytes, which are no whole entries`)
  }
  const page = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const objects = new Map<string, number>()
  for (let at = 0; at < page.length; at += ENTRY_BYTES) {
    const hash = page.toString('base64url', at, at + HASH_BYTES)
    objects.set(hash, page.readDoubleLE(at + HASH_BYTES))
  }
  return objects
}

/**
 * One more page, then the record that names it: two PUTs. To be called when the page's objects are in
 * the queue. Cut off in between they are handed over twice, which adds nothing, and never skipped.
 */
export async function writeHandedPage(
  store: ObjectStore,
  record: HandedRecord,
  objects: HandedObjects,
  step: { readonly cursor: string; readonly isListed: boolean },
): Promise<HandedRecord> {
  const { indexId, ingestId, pageCount } = record
  const always = { condition: { kind: 'always' } } as const
  if (objects.size > 0) {
    const key = handedPageKey(indexId, ingestId, pageCount)
    await store.put(key, encodeHanded(objects), always)
  }
  const sizes = [...objects.values()]
  const next = {
    ...record,
    ...step,
    pageCount: pageCount + (objects.size > 0 ? 1 : 0),
    objectCount: record.objectCount + objects.size,
    sizeBytes: sizes.reduce((sum, size) => sum + size, record.sizeBytes),
  }
  await store.put(handedRecordKey(indexId, ingestId), encodeRecord(next), always)
  return next
}

/** Every listing of an index, the oldest first. A LIST, and a GET each. */
export async function readHandedRecords(
  store: ObjectStore,
  indexId: string,
  signal?: AbortSignal,
): Promise<HandedRecord[]> {
  const records: HandedRecord[] = []
  for await (const { key } of store.list(handedPrefix(indexId), signal)) {
    if (!key.endsWith('.json')) continue
    const stored = await getIfThere(store, key, signal)
    if (stored !== undefined) records.push(decodeRecord(stored.bytes, key))
  }
  return records
}

/** Everything that a listing handed over. A page that is gone, as a killed clearing of the index leaves
 *  them, does not count: its objects go out again. A GET a page. */
export async function readHandedObjects(
  store: ObjectStore,
  { indexId, ingestId, pageCount }: HandedRecord,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const objects = new Map<string, number>()
  for (let page = 0; page < pageCount; page++) {
    const key = handedPageKey(indexId, ingestId, page)
    const stored = await getIfThere(store, key, signal)
    if (stored === undefined) continue
    for (const [hash, sizeBytes] of decodeHanded(stored.bytes, key)) objects.set(hash, sizeBytes)
  }
  return objects
}

/**
 * Forgets what was handed over from a moment on: an index that was brought back to it has no document of
 * that. A listing that had begun before begins anew, and skips what it handed over before; a page that
 * may be of either side is forgotten. Objects that were handed over before and indexed after stay among
 * those.
 */
export async function forgetHandedSince(
  store: ObjectStore,
  indexId: string,
  sinceMs: number,
): Promise<void> {
  const writtenMs = new Map<string, number>()
  for await (const { key, modifiedMs } of store.list(handedPrefix(indexId))) {
    writtenMs.set(key, modifiedMs)
  }
  if (writtenMs.size === 0) return
  for (const record of await readHandedRecords(store, indexId)) {
    const { ingestId, startedMs } = record
    const recordKey = handedRecordKey(indexId, ingestId)
    const pages = Array.from({ length: record.pageCount }, (_, page) =>
      handedPageKey(indexId, ingestId, page),
    )
    const isSurelyBefore = (key: string): boolean =>
      (writtenMs.get(key) ?? Infinity) + MODIFIED_PRECISION_MS <= sinceMs
    const pageCount = pages.filter(isSurelyBefore).length
    if (startedMs >= sinceMs) await deleteKeys(store, [recordKey, ...pages])
    else if (pageCount < pages.length) {
      const cut = { ...record, pageCount, cursor: '', isListed: false }
      await store.put(recordKey, encodeRecord(cut), { condition: { kind: 'always' } })
      await deleteKeys(store, pages.slice(pageCount))
    }
  }
}

function encodeRecord(record: HandedRecord): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      ingest_id: record.ingestId,
      index_id: record.indexId,
      uri: record.uri,
      started_ms: record.startedMs,
      cursor: record.cursor,
      listed: record.isListed,
      pages: record.pageCount,
      objects: record.objectCount,
      size_bytes: record.sizeBytes,
      followed: record.isFollowed,
    }),
  )
}

/** Throws `corrupt`. */
function decodeRecord(bytes: Uint8Array, key: string): HandedRecord {
  const fields = parseFields(bytes, key)
  return {
    ingestId: stringAt(fields, 'ingest_id'),
    indexId: stringAt(fields, 'index_id'),
    uri: stringAt(fields, 'uri'),
    startedMs: integerAt(fields, 'started_ms'),
    cursor: stringAt(fields, 'cursor'),
    isListed: fields['listed'] === true,
    pageCount: integerAt(fields, 'pages'),
    objectCount: integerAt(fields, 'objects'),
    sizeBytes: integerAt(fields, 'size_bytes'),
    isFollowed: fields['followed'] === true,
  }
}

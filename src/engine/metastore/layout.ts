import { QwError } from '../errors.ts'
import { isIndexId } from '../schema/index-id.ts'

/**
 * Every key of an index store in one place. The store's root is the bucket or its prefix.
 *
 *   manifest.json                              which indexes exist
 *   templates.json                             what indexes are made from that documents come for
 *   <index_id>/metastore.json                  metadata, splits, checkpoint, recent runs of one index
 *   <index_id>/<split_id>.split                one immutable split
 *   <index_id>/hot-cache.bin                   what opens many of them, in one object
 *   <index_id>/rejected/<set_id>.ndjson        rejected documents of one commit of one run
 *   <index_id>/ingests/<ingest_id>.json        which objects one command handed over to be indexed
 *   <index_id>/handed/<ingest_id>.json         how far a bucket was listed, to be indexed where it lies
 *   <index_id>/handed/<ingest_id>-<n>.objects  the objects of one step of that listing
 *   <index_id>/snapshots/<snapshot_id>.json    metastore.json as it was at a point in time
 */
export const MANIFEST_KEY = 'manifest.json'
export const TEMPLATES_KEY = 'templates.json'

const SPLIT_SUFFIX = '.split'
const SPLIT_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/
const ULID_NAME = /^[0-9A-HJKMNP-TV-Z]{26}(-\d+)?\.(ndjson|json|objects)$/

export function indexPrefix(indexId: string): string {
  return `${indexId}/`
}

export function metastoreKey(indexId: string): string {
  return `${indexId}/metastore.json`
}

export function hotCacheKey(indexId: string): string {
  return `${indexId}/hot-cache.bin`
}

export function splitKey(indexId: string, splitId: string): string {
  return `${indexId}/${splitId}${SPLIT_SUFFIX}`
}

/** The split id in a key of this index; undefined for anything that this program did not name. */
export function splitIdOfKey(indexId: string, key: string): string | undefined {
  const prefix = indexPrefix(indexId)
  if (!key.startsWith(prefix) || !key.endsWith(SPLIT_SUFFIX)) return undefined
  const name = key.slice(prefix.length, -SPLIT_SUFFIX.length)
  return SPLIT_ID.test(name) ? name : undefined
}

export function rejectedPrefix(indexId: string): string {
  return `${indexId}/rejected/`
}

export function rejectedKey(indexId: string, setId: string): string {
  return `${rejectedPrefix(indexId)}${setId}.ndjson`
}

export function ingestsPrefix(indexId: string): string {
  return `${indexId}/ingests/`
}

export function ingestKey(indexId: string, ingestId: string): string {
  return `${ingestsPrefix(indexId)}${ingestId}.json`
}

export function handedPrefix(indexId: string): string {
  return `${indexId}/handed/`
}

export function handedRecordKey(indexId: string, ingestId: string): string {
  return `${handedPrefix(indexId)}${ingestId}.json`
}

export function handedPageKey(indexId: string, ingestId: string, page: number): string {
  return `${handedPrefix(indexId)}${ingestId}-${String(page).padStart(5, '0')}.objects`
}

export function snapshotsPrefix(indexId: string): string {
  return `${indexId}/snapshots/`
}

export function snapshotKey(indexId: string, snapshotId: string): string {
  return `${snapshotsPrefix(indexId)}${snapshotId}.json`
}

/** Whether the key has a name that this program gives to the objects of that index, its metastore file
 *  apart. */
export function isObjectOfIndex(indexId: string, key: string): boolean {
  if (!isIndexId(indexId)) return false
  if (splitIdOfKey(indexId, key) !== undefined || key === hotCacheKey(indexId)) return true
  const folders = [rejectedPrefix, ingestsPrefix, handedPrefix, snapshotsPrefix]
  return folders.some(
    (folder) =>
      key.startsWith(folder(indexId)) && ULID_NAME.test(key.slice(folder(indexId).length)),
  )
}

/** Ids become folder names: a letter in front and no `/` keep `.` and `..` out of every key. Folders
 *  that ignore case have one place for `manifest.json`, however it is written. */
export function assertIndexId(indexId: string): void {
  const isTaken = [MANIFEST_KEY, TEMPLATES_KEY].includes(indexId.toLowerCase())
  if (isIndexId(indexId) && !isTaken) return
  throw new QwError('invalid', `index id \`${indexId.slice(0, 100)}\` is not allowed`, {
    fix: `use 3 to 255 letters, digits, \`-\`, \`_\` and \`.\`, starting with a letter; not ${MANIFEST_KEY} or ${TEMPLATES_KEY}`,
  })
}

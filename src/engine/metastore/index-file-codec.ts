import type { JsonObject, JsonValue } from '../bytes/json.ts'
import { QwError } from '../errors.ts'
import type { DocMapping, IndexConfig } from '../schema/index-config.ts'
import { readConfigValue } from '../schema/read-config.ts'
import { serializeDocMapping, serializeIndexConfig } from '../schema/serialize-config.ts'
import { assertChecked, checkedJson, parseChecked } from './checked-json.ts'
import { checkpointJson, decodeCheckpoint } from './checkpoint.ts'
import { decodeDeleteTask, encodeDeleteTask } from './delete-task.ts'
import { decodeGone, encodeGone } from './gone-names.ts'
import type { IndexFile, IndexMetadata } from './index-metadata.ts'
import {
  arrayAt,
  asFields,
  type Fields,
  fieldsAt,
  integerAt,
  optionalIntegerAt,
  stringAt,
} from './json-fields.ts'
import { decodeRejectSet, encodeRejectSet } from './reject-set.ts'
import { decodeRun, encodeRun } from './run-summary.ts'
import { decodeSnapshotRecord, encodeSnapshotRecord } from './snapshot-record.ts'
import { decodeSplitRecord, encodeSplitRecord } from './split-record.ts'

/**
 * `<index_id>/metastore.json`, UTF-8 JSON:
 *
 *   format    number; one greater than METASTORE_FORMAT is refused
 *   version   "0.9", of the config and record shapes inside
 *   index     {index_uid, index_config, past_mappings, create_timestamp, sources, checkpoint}
 *   splits    split records, by update time
 *   runs      recent ingest runs, newest first
 *   rejected  [set id, documents, not kept] of each set of rejected documents
 *   delete_tasks   erasures by query, by opstamp
 *   orphans_listed_ms   number or null
 *   snapshots   points in time that are kept; since format 2
 *   gone      [id, seconds] of each split and snapshot that left the file lately
 *   crc32       of what stands before it (checked-json.ts); since format 3
 */
const METASTORE_FORMAT = 3
const FORMAT_WITH_CHECKSUM = 3

export function encodeIndexFile(file: IndexFile): Uint8Array {
  const { metadata } = file
  const splits = file.splits.toSorted((a, b) => a.updateTimestamp - b.updateTimestamp)
  const index = {
    index_uid: metadata.indexUid,
    index_config: serializeIndexConfig(metadata.config),
    past_mappings: metadata.pastMappings.map(serializeDocMapping),
    create_timestamp: metadata.createTimestamp,
    sources: metadata.sources,
  }
  const rest = {
    splits: splits.map(encodeSplitRecord),
    runs: file.runs.map(encodeRun),
    rejected: file.rejectSets.map(encodeRejectSet),
    delete_tasks: file.deleteTasks.map(encodeDeleteTask),
    orphans_listed_ms: file.orphansListedMs ?? null,
    snapshots: file.snapshots.map(encodeSnapshotRecord),
    ...(file.gone.size > 0 ? { gone: encodeGone(file.gone) } : {}),
  }
  const checkpoint = checkpointJson(metadata.checkpoint)
  return checkedJson(
    `{"format":${METASTORE_FORMAT},"version":"0.9",` +
      `"index":${withoutEnd(index)},"checkpoint":${checkpoint}},` +
      JSON.stringify(rest).slice(1),
  )
}

/** The JSON of an object that goes on. */
function withoutEnd(object: object): string {
  return JSON.stringify(object).slice(0, -1)
}

/** Throws `corrupt`, and `invalid` for a file of a newer program. */
export function decodeIndexFile(bytes: Uint8Array, key: string): IndexFile {
  const { fields, isChecked } = parseChecked(bytes, key)
  const format = integerAt(fields, 'format')
  if (format > METASTORE_FORMAT) {
    throw new QwError('invalid', `${key} has format ${format}, newer than ${METASTORE_FORMAT}`, {
      fix: 'upgrade qw-lambda: npm install -g qw-lambda@latest',
    })
  }
  if (format >= FORMAT_WITH_CHECKSUM) assertChecked(isChecked, key)
  return {
    metadata: decodeMetadata(fieldsAt(fields, 'index'), key),
    splits: arrayAt(fields, 'splits').map(decodeSplitRecord),
    runs: arrayAt(fields, 'runs').map(decodeRun),
    rejectSets: optionalArrayAt(fields, 'rejected').map(decodeRejectSet),
    deleteTasks: optionalArrayAt(fields, 'delete_tasks').map(decodeDeleteTask),
    orphansListedMs: optionalIntegerAt(fields, 'orphans_listed_ms'),
    snapshots: optionalArrayAt(fields, 'snapshots').map(decodeSnapshotRecord),
    gone: decodeGone(optionalArrayAt(fields, 'gone')),
  }
}

/** Files of earlier versions have none. */
function optionalArrayAt(fields: Fields, key: string): readonly unknown[] {
  return fields[key] === undefined ? [] : arrayAt(fields, key)
}

function decodeMetadata(fields: Fields, key: string): IndexMetadata {
  const config = decodeConfig(asFields(fields['index_config'], 'index_config'), key)
  return {
    indexId: config.indexId,
    indexUid: stringAt(fields, 'index_uid'),
    config,
    pastMappings: decodePastMappings(fields, key),
    createTimestamp: integerAt(fields, 'create_timestamp'),
    // Written from JsonValues by this file and only handed through.
    sources: arrayAt(fields, 'sources') as readonly JsonValue[],
    checkpoint: decodeCheckpoint(fieldsAt(fields, 'checkpoint')),
  }
}

/** Each is checked alone: what the present config names besides its own mapping may be newer. */
function decodePastMappings(fields: Fields, key: string): DocMapping[] {
  const { index_id } = asFields(fields['index_config'], 'index_config')
  return optionalArrayAt(fields, 'past_mappings').map(
    (doc_mapping) => decodeConfig({ index_id, doc_mapping }, key).docMapping,
  )
}

function decodeConfig(config: Fields, key: string): IndexConfig {
  try {
    // Plain JSON.parse output is a JsonValue; readConfigValue checks every part of it.
    return readConfigValue(config as JsonObject).config
  } catch (cause) {
    throw new QwError('corrupt', `${key} holds an index config that cannot be read`, { cause })
  }
}

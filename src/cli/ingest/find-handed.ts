import { type HandedRecord, readHandedRecords } from '../../engine/metastore/handed-objects.ts'
import { findIngest, type IngestRecord } from '../../engine/metastore/ingest-record.ts'
import type { CliContext } from '../command/context.ts'
import type { DataStack } from '../stack/data-stack.ts'

interface Wanted {
  /** Any beginning of the id that is unique. */
  readonly wanted: string
  readonly index: string | undefined
}

/** What a command handed over to a deployment, by the id that it printed. */
export async function findHanded(
  { signal }: Pick<CliContext, 'signal'>,
  { indexing: { metastore } }: Pick<DataStack, 'indexing'>,
  { wanted, index }: Wanted,
): Promise<IngestRecord | HandedRecord | undefined> {
  const beginning = beginningOf(wanted)
  const indexIds = index === undefined ? await metastore.listIndexIds(signal) : [index]
  for (const indexId of indexIds) {
    const record = await findIngest(metastore.store, indexId, beginning)
    if (record !== undefined) return record
    const listings = await readHandedRecords(metastore.store, indexId, signal)
    const [listing, another] = listings.filter(({ ingestId }) => ingestId.startsWith(beginning))
    if (listing !== undefined && another === undefined) return listing
  }
  return undefined
}

/** Copied from a table that had to cut it. */
export function beginningOf(wanted: string): string {
  return wanted.replace(/…$/, '').toUpperCase()
}

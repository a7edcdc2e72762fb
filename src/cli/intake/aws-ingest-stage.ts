import { isQwError } from '../../engine/errors.ts'
import type { Source } from '../../engine/sources/source.ts'
import { isEnd } from '../../engine/metastore/checkpoint.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { ObjectStore } from '../../engine/ports.ts'
import type { CliContext } from '../command/context.ts'
import { cloudMetastore } from '../stack/aws-direct-client.ts'
import { loadIndex } from './aws-ingest-follow.ts'
import { cutIntoPieces, packed, stagedKey, type Piece } from './aws-ingest-pieces.ts'
import { outputOf, type Deployment } from '../stack/aws-deployment.ts'

export interface StagedPiece {
  readonly uri: string
  /** Empty when nothing was sent. */
  readonly etag: string
  /** Uncompressed. */
  readonly sizeBytes: number
  readonly lineCount: number
  /** Its content is in the index from an earlier run: nothing was sent. */
  readonly wasIndexed: boolean
}

export interface StagedFile {
  readonly pieces: readonly StagedPiece[]
}

interface StageRequest {
  readonly source: Source
  readonly bucket: string
  readonly indexId: string
  /** Pieces packed and uploaded at once. */
  readonly jobs: number
  /** Makes the same content count as new; empty: it does not. */
  readonly nonce: string
  readonly onRead: (doneBytes: number) => void
}

/**
 * Uploads a file as staged pieces that are named by their content. A run that was stopped is continued
 * by running it again: pieces in the index are skipped, and pieces that are staged are not sent twice.
 */
export async function stageFile(
  context: CliContext,
  deployment: Deployment,
  request: StageRequest,
): Promise<StagedFile> {
  const { source, indexId, jobs } = request
  const { signal } = context
  const metastore = cloudMetastore(context, deployment)
  const known = await loadIndex(metastore, indexId, signal)
  const store = deployment.session.openBucket(request.bucket)
  const uploads: Promise<StagedPiece>[] = []
  const running = new Set<Promise<StagedPiece>>()
  let readBytes = 0
  const onRead = (byteCount: number): void => {
    readBytes += byteCount
    request.onRead(readBytes)
  }
  for await (const piece of cutIntoPieces(source, {
    signal,
    onRead,
    nowMs: context.clock.nowMs(),
  })) {
    const key = stagedKey(indexId, piece, request.nonce)
    const uri = `s3://${request.bucket}/${key}`
    const facts = { uri, sizeBytes: piece.bytes.length, lineCount: piece.lineCount }
    if (isNameIndexed(known, uri)) {
      uploads.push(Promise.resolve({ ...facts, etag: '', wasIndexed: true }))
      continue
    }
    while (running.size >= jobs) await Promise.race(running)
    const upload = put(context, { deployment, store, key }, piece).then((etag) => ({
      ...facts,
      etag,
      wasIndexed: false,
    }))
    running.add(upload)
    // A failure is reported by the wait for all; here it must only not go unhandled.
    upload.catch(() => undefined).finally(() => running.delete(upload))
    uploads.push(upload)
  }
  return { pieces: await Promise.all(uploads) }
}

interface Target {
  readonly deployment: Deployment
  readonly store: ObjectStore
  readonly key: string
}

/** The ETag of the staged object. */
async function put(
  context: CliContext,
  { deployment, store, key }: Target,
  piece: Piece,
): Promise<string> {
  const { signal } = context
  try {
    const condition = { kind: 'ifAbsent' } as const
    const { etag } = await store.put(key, await packed(piece), { condition, signal })
    return etag
  } catch (error) {
    if (!isQwError(error, 'conflict')) throw error
    // Staged by an earlier run and not indexed: its notification may be long over, so it is sent again.
    const { etag } = await store.head(key, signal)
    const event = { source_uri: `s3://${outputOf(deployment, 'StagingBucket')}/${key}` }
    const payload = Buffer.from(JSON.stringify(event))
    const indexer = outputOf(deployment, 'IndexerFunction')
    await deployment.session.ports.functions.start(indexer, payload, signal)
    return etag
  }
}

/** A staged piece is named by its content, so its name alone tells it. */
function isNameIndexed(file: IndexFile | undefined, uri: string): boolean {
  for (const partitions of file?.metadata.checkpoint.values() ?? []) {
    for (const [id, { position }] of partitions) {
      if (id.startsWith(`${uri}#`) && isEnd(position)) return true
    }
  }
  return false
}

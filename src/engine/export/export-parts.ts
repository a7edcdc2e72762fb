import { isQwError, QwError } from '../errors.ts'
import { publishedSplits, type IndexFile } from '../metastore/index-metadata.ts'
import type { SplitRecord } from '../metastore/split-record.ts'
import { getIfThere, storedAs, type ObjectStore } from '../ports.ts'
import { compressed, COMPRESSION_SUFFIX } from './compressed.ts'
import {
  decodeManifest,
  encodeManifest,
  MANIFEST_NAME,
  type ExportManifest,
  type FinishedPart,
  type SplitParts,
} from './export-manifest.ts'
import { docWriters } from './export-format.ts'
import { splitGone, type ExportSource } from './export-plan.ts'
import { sliceWanted, wantedCount } from '../split/split-docs.ts'
import { exportedDocs, matchExported, type MatchedSplit } from './stream-docs.ts'

/** A part holds about so much of the documents: it is held whole until it is put, compressed already. */
const PART_BYTES = 32 << 20
/** Splits under way at once. */
const CONCURRENT_SPLITS = 4

/** The manifest in a folder or prefix; undefined: nothing was exported there. */
export async function readManifest(
  target: ObjectStore,
  signal?: AbortSignal,
): Promise<{ readonly manifest: ExportManifest; readonly etag: string } | undefined> {
  const stored = await getIfThere(target, MANIFEST_NAME, signal)
  return stored && { manifest: decodeManifest(stored.bytes), etag: stored.etag }
}

/**
 * Removes the parts of an export, and then its manifest: also those that were put and never noted. Killed
 * anywhere, what stays is an export of which nothing is done. Costs a PUT, a LIST and a DELETE per part.
 * Rejects with `conflict` when another run writes there.
 */
export async function clearExport(
  target: ObjectStore,
  { manifest, etag }: { readonly manifest: ExportManifest; readonly etag: string },
): Promise<void> {
  await putManifest(target, { ...manifest, parts: new Map(), finishedMs: undefined }, { etag })
  const splitIds = new Set<string>(manifest.splits.map(({ splitId }) => splitId))
  const names: string[] = []
  for await (const { key } of target.list('')) {
    if (splitIds.has(key.slice(0, key.indexOf('-')))) names.push(key)
  }
  for (const name of names) await target.delete(name)
  await target.delete(MANIFEST_NAME)
}

/** The splits that are left to do. Throws `conflict` when going on would say something else than what was
 *  begun: the index is another one, or a split was replaced after an erasure that it may not show. */
export function splitsLeft(file: IndexFile, manifest: ExportManifest): SplitRecord[] {
  const { indexId, indexUid } = file.metadata
  if (indexUid !== manifest.indexUid) {
    throw new QwError('conflict', `index \`${indexId}\` was made anew since this export began`, {
      fix: 'begin again: the same command with --force',
    })
  }
  const published = new Set(publishedSplits(file).map(({ splitId }) => splitId))
  const erasedUpTo = Math.max(0, ...file.deleteTasks.map(({ opstamp }) => opstamp))
  const left = manifest.splits.filter(({ splitId }) => !isDone(manifest.parts.get(splitId)))
  for (const { splitId, deleteOpstamp } of left) {
    // While it is published searches show it too. What a merge replaced stays for the grace, as it was.
    if (!published.has(splitId) && deleteOpstamp < erasedUpTo) throw splitGone(indexId, splitId)
  }
  // Young splits first: merges take them away one day, and leave the old ones alone.
  return left.toSorted((a, b) => Number(isMature(a)) - Number(isMature(b)))
}

function isMature(split: SplitRecord): boolean {
  return split.maturity.kind === 'mature'
}

function isDone(parts: SplitParts | undefined): boolean {
  return parts !== undefined && parts.finished.length === parts.partCount
}

interface PartsProgress {
  readonly docCount: number
  readonly doneSplitCount: number
}

export interface PartsJob {
  readonly file: IndexFile
  readonly manifest: ExportManifest
  /** Of the manifest as it was read; undefined: it is new. */
  readonly etag: string | undefined
  readonly target: ObjectStore
  readonly onProgress?: (progress: PartsProgress) => void
}

interface PartsResult {
  readonly manifest: ExportManifest
  readonly inexactCount: number
}

/**
 * Writes what is left of an export, a few splits at a time. A part is put whole, then noted in the
 * manifest; one that was put and not noted is put again with the same bytes. So whoever is killed
 * leaves nothing that is doubled or lost by the next run. Rejects with `conflict` when another run
 * writes there, or a split is gone.
 *
 * Costs per split the reads of a search, a read for about each 4 MiB of its documents, and two PUTs
 * for each part.
 */
export async function exportParts(
  job: PartsJob,
  { store, signal }: ExportSource,
  nowMs: () => number,
): Promise<PartsResult> {
  const failure = new AbortController()
  const both = AbortSignal.any([failure.signal, ...(signal === undefined ? [] : [signal])])
  const run = new PartsRun(job, { store, signal: both })
  const left = splitsLeft(job.file, job.manifest)
  await run.keep({})
  const worker = async (): Promise<void> => {
    for (let split = left.shift(); split !== undefined; split = left.shift()) await run.split(split)
  }
  const workers = Array.from({ length: CONCURRENT_SPLITS }, () =>
    worker().catch((error: unknown) => {
      failure.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(workers)
  signal?.throwIfAborted()
  if (failure.signal.aborted) throw failure.signal.reason
  await run.keep({ finishedMs: nowMs() })
  return { manifest: run.manifest, inexactCount: run.inexactCount }
}

class PartsRun {
  manifest: ExportManifest
  inexactCount = 0
  readonly #job: PartsJob
  readonly #source: ExportSource
  #etag: string | undefined
  /** The last write of the manifest: each is on top of the one before. */
  #kept: Promise<void> = Promise.resolve()

  constructor(job: PartsJob, source: ExportSource) {
    this.#job = job
    this.#source = source
    this.#etag = job.etag
    this.manifest = job.manifest
  }

  async split(split: SplitRecord): Promise<void> {
    const bound = { metadata: this.#job.file.metadata, selection: this.manifest.selection }
    const matched = await matchExported(bound, split, this.#source)
    const docCount = wantedCount(matched.wanted)
    const before = this.manifest.parts.get(split.splitId)
    if (before !== undefined && before.docCount !== docCount) throw findsOthers(before, docCount)
    const partCount = before?.partCount ?? partCountOf(split, docCount)
    let finished = before?.finished ?? []
    if (partCount === 0) await this.#note(split, { docCount, partCount, finished })
    while (finished.length < partCount) {
      const part = await this.#writePart(matched, finished.length, partCount)
      finished = [...finished, part]
      await this.#note(split, { docCount, partCount, finished })
    }
  }

  async #writePart(
    matched: MatchedSplit,
    number: number,
    partCount: number,
  ): Promise<FinishedPart> {
    const { request } = this.manifest
    const total = wantedCount(matched.wanted)
    const from = Math.floor((number * total) / partCount)
    const end = Math.floor(((number + 1) * total) / partCount)
    const wanted = sliceWanted(matched.wanted, from, end)
    const writer = docWriters({ ...request, config: this.#job.file.metadata.config })()
    const docs = exportedDocs(request.indexId, matched, wanted, this.#source)
    async function* written(): AsyncGenerator<Uint8Array> {
      for await (const batch of docs) yield writer.write(batch)
      yield writer.end()
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of compressed(written(), request.compression)) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const suffix = `${request.format}${COMPRESSION_SUFFIX[request.compression]}`
    const name = `${matched.split.splitId}-${String(number).padStart(4, '0')}.${suffix}`
    const { signal } = this.#source
    await this.#job.target.put(name, body, { condition: { kind: 'always' }, signal })
    this.inexactCount += writer.inexactCount
    return { name, docCount: end - from, sizeBytes: body.length }
  }

  async #note({ splitId }: SplitRecord, parts: SplitParts): Promise<void> {
    await this.keep({ parts: new Map(this.manifest.parts).set(splitId, parts) })
    const all = [...this.manifest.parts.values()]
    this.#job.onProgress?.({
      docCount: all.flatMap(({ finished }) => finished).reduce((sum, p) => sum + p.docCount, 0),
      doneSplitCount: all.filter(isDone).length,
    })
  }

  /** Writes the manifest with this change. */
  async keep(change: Partial<ExportManifest>): Promise<void> {
    this.manifest = { ...this.manifest, ...change }
    this.#kept = this.#kept.then(() => this.#put())
    await this.#kept
  }

  async #put(): Promise<void> {
    const place = { etag: this.#etag, signal: this.#source.signal }
    this.#etag = await putManifest(this.#job.target, this.manifest, place)
  }
}

/** Over the one with this ETag, or where there is none; returns the new ETag. */
async function putManifest(
  target: ObjectStore,
  manifest: ExportManifest,
  {
    etag,
    signal,
  }: { readonly etag: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const body = encodeManifest(manifest)
  const condition =
    etag === undefined ? ({ kind: 'ifAbsent' } as const) : ({ kind: 'ifMatch', etag } as const)
  try {
    return (await target.put(MANIFEST_NAME, body, { condition, signal })).etag
  } catch (error) {
    if (!isQwError(error, 'conflict')) throw error
    const info = await storedAs(target, MANIFEST_NAME, body)
    if (info === undefined) throw writtenByOthers(error)
    return info.etag
  }
}

function partCountOf(split: SplitRecord, docCount: number): number {
  const sourceBytes = (split.sourceBytes * docCount) / Math.max(1, split.docCount)
  return docCount === 0 ? 0 : Math.max(1, Math.min(docCount, Math.ceil(sourceBytes / PART_BYTES)))
}

/** What is searched by default may be something else than when the split's first parts were written. */
function findsOthers({ docCount: before }: SplitParts, docCount: number): QwError {
  return new QwError(
    'conflict',
    `the query finds ${docCount} documents where it found ${before} when this export began`,
    {
      why: 'the mapping or the search settings of the index changed since',
      fix: 'begin again: the same command with --force',
    },
  )
}

function writtenByOthers(cause: unknown): QwError {
  return new QwError('conflict', 'another export is writing to the same place', {
    why: `${MANIFEST_NAME} was changed by somebody else`,
    fix: 'wait for it, or choose another place with --to',
    cause,
  })
}

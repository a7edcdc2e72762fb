import { QwError } from '../errors.ts'
import { rejectedPrefix } from '../metastore/layout.ts'
import type { ObjectStore } from '../ports.ts'
import type { DocRejection } from '../schema/doc-rejection.ts'
import { MAX_KEPT_LINE_BYTES } from '../sources/line-batch.ts'

/** `encoding`: not UTF-8; `format`: a record that the source's format cannot read. */
type RejectKind = DocRejection['kind'] | 'encoding' | 'format' | 'tooLong'

/** One document that was not indexed, as kept beside the index. */
export interface RejectedDoc {
  /** From 1. */
  readonly line: number
  /** Uncompressed byte offset of the line in its source. */
  readonly bytePosition: number
  readonly kind: RejectKind
  readonly reason: string
  /** The reason without the value that it was found on, under which equal mistakes count together. */
  readonly summary: string
  /** That value, cut to a line; undefined when the reason is about none. */
  readonly example: string | undefined
  readonly path: string | undefined
  /** The line, cut at `MAX_KEPT_LINE_BYTES`. */
  readonly text: string
}

/** How often one kind of reason occurred, and where first. */
export interface RejectReason {
  readonly kind: RejectKind
  /** Without the value: a `RejectedDoc`'s summary. */
  readonly reason: string
  /** The value of the first line. */
  readonly example: string | undefined
  readonly path: string | undefined
  readonly count: number
  readonly firstLine: number
}

/** Rejected documents kept per run; the rest is counted. With the limit above, 2 MB of memory. */
export const MAX_KEPT_REJECTS = 1_000
/** Different reasons counted apart per run; further ones count as `OTHER_REASON`. */
export const MAX_REASONS = 100
const OTHER_REASON = 'other reasons'
/** Date formats may be long, and a run keeps its reasons in memory. */
const MAX_SUMMARY_CHARS = 300

/** Rejected documents of one commit: all counted, the first ones kept. */
export class RejectLog {
  readonly #reasons = new Map<string, RejectReason>()
  readonly #kept: RejectedDoc[] = []
  readonly #maxKept: number
  #count = 0

  constructor(maxKept: number = MAX_KEPT_REJECTS) {
    this.#maxKept = maxKept
  }

  get count(): number {
    return this.#count
  }

  get kept(): readonly RejectedDoc[] {
    return this.#kept
  }

  get reasons(): Iterable<RejectReason> {
    return this.#reasons.values()
  }

  /** `line` is only looked at while there is room to keep it. */
  add(doc: Omit<RejectedDoc, 'text'>, line: Uint8Array): void {
    this.#count++
    if (this.#kept.length < this.#maxKept) {
      // A cut through a character shows as U+FFFD, as does what is not UTF-8 at all.
      const text = new TextDecoder().decode(line.subarray(0, MAX_KEPT_LINE_BYTES))
      this.#kept.push({ ...doc, reason: doc.reason.slice(0, MAX_KEPT_LINE_BYTES), text })
    }
    const { kind, path, example, line: firstLine } = doc
    const reason = doc.summary.slice(0, MAX_SUMMARY_CHARS)
    addReason(this.#reasons, { kind, path, reason, example, count: 1, firstLine })
  }

  /** Counts another log's reasons and documents too, without keeping its documents. */
  absorb(other: RejectLog): void {
    this.#count += other.count
    for (const reason of other.reasons) addReason(this.#reasons, reason)
  }

  /** Most frequent first. */
  reasonsByCount(): RejectReason[] {
    return [...this.#reasons.values()].toSorted(
      (a, b) => b.count - a.count || a.firstLine - b.firstLine,
    )
  }
}

function addReason(reasons: Map<string, RejectReason>, added: RejectReason): void {
  const key = `${added.kind}\0${added.path ?? ''}\0${added.reason}`
  const known = reasons.get(key)
  if (known !== undefined) {
    const first = added.firstLine < known.firstLine ? added : known
    reasons.set(key, { ...first, count: known.count + added.count })
  } else if (reasons.size < MAX_REASONS || added.reason === OTHER_REASON) {
    reasons.set(key, added)
  } else {
    const other = { kind: 'mapping', path: undefined, reason: OTHER_REASON } as const
    addReason(reasons, { ...added, ...other, example: undefined })
  }
}

/** A rejected document as it was kept, with the run it belongs to. */
export interface KeptReject extends RejectedDoc {
  readonly runId: string
  readonly sourceUri: string
}

/** One JSON object per line: run_id, source_uri, line, position, kind, reason, summary, example, path, text. */
export function encodeRejects(
  rejects: readonly RejectedDoc[],
  run: { readonly runId: string; readonly sourceUri: string },
): Uint8Array {
  const lines = rejects.map((reject) =>
    JSON.stringify({
      run_id: run.runId,
      source_uri: run.sourceUri,
      line: reject.line,
      position: reject.bytePosition,
      kind: reject.kind,
      reason: reject.reason,
      summary: reject.summary,
      example: reject.example ?? null,
      path: reject.path ?? null,
      text: reject.text,
    }),
  )
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

/** Throws `corrupt`. */
export function decodeRejects(bytes: Uint8Array, key: string): KeptReject[] {
  const lines = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => {
    try {
      return rejectOf(JSON.parse(line))
    } catch (cause) {
      throw new QwError('corrupt', `${key} is not a list of rejected documents`, { cause })
    }
  })
}

interface ReadRejectsRequest {
  readonly indexId: string
  /** Default: all runs that are still kept. */
  readonly runId?: string
  readonly limit: number
  readonly signal?: AbortSignal
}

/** Kept rejected documents, newest run first, in line order within a run. Costs one LIST and a GET
 *  per object read. */
export async function readRejectedDocs(
  store: ObjectStore,
  request: ReadRejectsRequest,
): Promise<KeptReject[]> {
  const prefix = rejectedPrefix(request.indexId) + (request.runId ?? '')
  const keys: string[] = []
  for await (const info of store.list(prefix, request.signal)) keys.push(info.key)
  const rejects: KeptReject[] = []
  for (const key of keys.toSorted(newestRunFirst)) {
    if (rejects.length >= request.limit) break
    const stored = await store.get(key, { signal: request.signal })
    if (stored !== undefined) rejects.push(...decodeRejects(stored.bytes, key))
  }
  return rejects.slice(0, request.limit)
}

/** Keys end in `<run id>-<commit>.ndjson`; run ids ascend with time. */
function newestRunFirst(a: string, b: string): number {
  const runA = a.slice(0, a.lastIndexOf('-'))
  const runB = b.slice(0, b.lastIndexOf('-'))
  if (runA !== runB) return runA < runB ? 1 : -1
  return a < b ? -1 : 1
}

function rejectOf(value: Record<string, unknown>): KeptReject {
  return {
    runId: String(value['run_id']),
    sourceUri: String(value['source_uri']),
    line: Number(value['line']),
    bytePosition: Number(value['position']),
    // Written by encodeRejects; a kind of a newer program is only shown.
    kind: String(value['kind']) as RejectKind,
    reason: String(value['reason']),
    // An older program kept the reason alone.
    summary: String(value['summary'] ?? value['reason']),
    example: typeof value['example'] === 'string' ? value['example'] : undefined,
    path: typeof value['path'] === 'string' ? value['path'] : undefined,
    text: String(value['text']),
  }
}

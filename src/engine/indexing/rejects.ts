import { QwError } from '../errors.ts'
import type { DocRejection } from '../schema/doc-rejection.ts'
import { MAX_KEPT_LINE_BYTES } from '../sources/line-batch.ts'

/** `encoding`: not UTF-8; `format`: a record that the source's format cannot read. */
type RejectKind = DocRejection['kind'] | 'encoding' | 'format' | 'tooLong'

/** Why a document was not indexed, and where it stood. */
export interface Rejection {
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
}

/** One document that was not indexed, as kept beside the index. */
export interface RejectedDoc extends Rejection {
  /** As it stood in the source, or its beginning; of one that is no JSON line, the document. */
  readonly text: string
  /** Whether `text` is what was mapped, byte for byte, so that it can be mapped again. */
  readonly isWhole: boolean
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

/** How many rejected documents are kept; the rest is counted. */
export interface KeptLimits {
  readonly docs: number
  readonly bytes: number
}

/** Of one run. They take memory until its next commit, which the builder's memory counts. */
export const RUN_KEEPS: KeptLimits = { docs: 100_000, bytes: 32 * 1024 * 1024 }
export const KEEPS_NONE: KeptLimits = { docs: 0, bytes: 0 }
/** Of what is only told to the one who asked. */
export const ANSWER_KEEPS: KeptLimits = { docs: 1_000, bytes: 2 * 1024 * 1024 }
/** Of a longer document only the beginning is kept: it cannot be retried, but by a mended copy. */
export const MAX_WHOLE_DOC_BYTES = 1024 * 1024
/** Different reasons counted apart per run; further ones count as `OTHER_REASON`. */
export const MAX_REASONS = 100
const OTHER_REASON = 'other reasons'
/** Date formats may be long, and a run keeps its reasons in memory. */
const MAX_SUMMARY_CHARS = 300

/** Rejected documents of one commit: all counted, the first ones kept. */
export class RejectLog {
  readonly #reasons = new Map<string, RejectReason>()
  readonly #kept: RejectedDoc[] = []
  readonly #limits: KeptLimits
  #count = 0
  #keptBytes = 0

  constructor(limits: KeptLimits = ANSWER_KEEPS) {
    this.#limits = limits
  }

  get count(): number {
    return this.#count
  }

  get kept(): readonly RejectedDoc[] {
    return this.#kept
  }

  get keptBytes(): number {
    return this.#keptBytes
  }

  get reasons(): Iterable<RejectReason> {
    return this.#reasons.values()
  }

  /** `content` is only looked at while there is room to keep it. `isDocument`: it is what was mapped. */
  add(doc: Rejection, content: Uint8Array, isDocument: boolean): void {
    this.#count++
    const isWhole = isDocument && content.length <= MAX_WHOLE_DOC_BYTES
    const bytes = isWhole ? content : content.subarray(0, MAX_KEPT_LINE_BYTES)
    const hasRoom = this.#keptBytes + bytes.length <= this.#limits.bytes
    if (hasRoom && this.#kept.length < this.#limits.docs) {
      // A cut through a character shows as U+FFFD, as does what is not UTF-8 at all.
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
      this.#kept.push({ ...doc, reason: doc.reason.slice(0, MAX_KEPT_LINE_BYTES), text, isWhole })
      this.#keptBytes += bytes.length
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

/** A rejected document as it was kept, with the run that rejected it first. */
export interface KeptReject extends RejectedDoc {
  readonly runId: string
  readonly sourceUri: string
}

/** One JSON object per line: run_id, source_uri, line, position, kind, reason, summary, example, path,
 *  and `document` for the whole of it or `text` for its beginning. */
export function encodeRejects(
  rejects: readonly RejectedDoc[],
  run: { readonly runId: string; readonly sourceUri: string },
): Uint8Array {
  const lines = rejects.map((reject) => `${JSON.stringify(fieldsOf({ ...reject, ...run }))}\n`)
  return Buffer.from(lines.join(''))
}

function fieldsOf({ isWhole, text, ...reject }: KeptReject) {
  return {
    run_id: reject.runId,
    source_uri: reject.sourceUri,
    line: reject.line,
    position: reject.bytePosition,
    kind: reject.kind,
    reason: reject.reason,
    summary: reject.summary,
    example: reject.example ?? null,
    path: reject.path ?? null,
    ...(isWhole ? { document: text } : { text }),
  }
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

function rejectOf(value: Record<string, unknown>): KeptReject {
  const { document } = value
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
    text: String(document ?? value['text']),
    isWhole: typeof document === 'string',
  }
}

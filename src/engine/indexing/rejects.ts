/** One document that was not indexed, as kept beside the index. */
export interface RejectedDoc {
  /** From 1. */
  readonly line: number
  /** Uncompressed byte offset of the line in its source. */
  readonly bytePosition: number
  readonly kind: 'json' | 'mapping' | 'limit' | 'encoding' | 'blank' | 'tooLong'
  readonly reason: string
  readonly path: string | undefined
  /** The line, cut at `MAX_KEPT_LINE_BYTES`. */
  readonly text: string
}

/** How often one kind of reason occurred, and where first. */
export interface RejectReason {
  readonly kind: RejectedDoc['kind']
  /** Without the document's own values, so that equal mistakes count together. */
  readonly reason: string
  readonly path: string | undefined
  readonly count: number
  readonly firstLine: number
}

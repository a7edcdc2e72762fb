/** Why one document cannot be indexed. Thrown inside the mapper and caught per document. */
export class DocRejection extends Error {
  /** `json`: not a JSON object; `mapping`: a value does not fit; `limit`: too many fields in one split. */
  readonly kind: 'json' | 'mapping' | 'limit'
  readonly reason: string
  /** The field's path; undefined when the document as a whole is at fault. */
  readonly path: string | undefined

  constructor(kind: 'json' | 'mapping' | 'limit', reason: string, path?: string) {
    super(reason)
    this.name = 'DocRejection'
    this.kind = kind
    this.reason = reason
    this.path = path
  }
}

interface RejectionFacts {
  /** The reason without the value, so that equal mistakes count together; default: the reason. */
  readonly summary?: string | undefined
  /** The value at fault, cut to a line. */
  readonly example?: string | undefined
  /** The field's path; left out when the document as a whole is at fault. */
  readonly path?: string | undefined
}

/** Why one document cannot be indexed. Thrown inside the mapper and caught per document. */
export class DocRejection extends Error {
  /** `json`: not a JSON object; `mapping`: a value does not fit; `limit`: too many fields in one split. */
  readonly kind: 'json' | 'mapping' | 'limit'
  readonly reason: string
  readonly summary: string
  readonly example: string | undefined
  readonly path: string | undefined

  constructor(kind: DocRejection['kind'], reason: string, facts: RejectionFacts = {}) {
    super(reason)
    this.name = 'DocRejection'
    this.kind = kind
    this.reason = reason
    this.summary = facts.summary ?? reason
    this.example = facts.example
    this.path = facts.path
  }
}

/**
 * The rejection of a value of the field `path`. `why` has the value's place as `{}`: `expected u64,
 * got {}`. A value of several lines or screens is cut.
 */
export function rejectValue(path: string, why: string, value?: string): never {
  const example = value === undefined ? undefined : clip(value)
  const told = example === undefined ? why : why.replace('{}', () => `\`${example}\``)
  throw new DocRejection('mapping', `the field \`${path}\` could not be parsed: ${told}`, {
    summary: why.replace(/(, got)? \{\}/, ''),
    example,
    path,
  })
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

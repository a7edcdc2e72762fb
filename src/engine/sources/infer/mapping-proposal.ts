type ProposedType = 'text' | 'u64' | 'i64' | 'f64' | 'bool' | 'datetime' | 'ip' | 'json' | 'object'

/** `raw`: whole values. The others cut text into words; `chinese_compatible` ideographs one by one. */
type ProposedTokenizer = 'raw' | 'default' | 'chinese_compatible'

export type DateUnit = 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds'

/** How one key of the documents is to be mapped, and why. */
export interface FieldProposal {
  /** A key of the documents. */
  readonly name: string
  readonly type: ProposedType
  readonly array: boolean
  readonly fast: boolean
  /** For text and json. */
  readonly tokenizer: ProposedTokenizer | undefined
  /** For datetime: its input formats; empty: what a mapping reads when it names none. */
  readonly dateFormats: readonly string[]
  /** For datetime: how fine its values are. */
  readonly dateUnit: DateUnit | undefined
  /** For object: the fields inside. Inference proposes none: an object that is null would be refused. */
  readonly fields?: readonly FieldProposal[]
  /** Why it was taken for this, in a few words. */
  readonly reason: string
  /** Share of the documents that have it, 0 to 1. */
  readonly presence: number
}

export interface MappingProposal {
  readonly indexId: string
  readonly fields: readonly FieldProposal[]
  /** Keys that cannot be declared (their name or their values) and stay dynamic, with the reason. */
  readonly leftDynamic: readonly { readonly name: string; readonly reason: string }[]
  readonly timestamp: string | undefined
  /** Default: every text field. */
  readonly searched?: readonly string[]
  /** The first line of the file, as a comment. */
  readonly title?: string
}

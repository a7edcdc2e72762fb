import { bodyBytes } from '../../ports.ts'
import type { FieldSpec } from '../../schema/field-spec.ts'
import type { TypedValue, ValueType } from '../../schema/value-type.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import { decodeFooter, type SplitField, type SplitFooter } from '../footer.ts'
import type { MergeField } from '../merge-input.ts'
import { SplitBuilder } from '../split-builder.ts'
import { scanTerms, TermBlock } from '../term-dictionary.ts'
import { locateTermRange } from '../term-index.ts'

/** Words between spaces, as they are. */
export const WORDS: Tokenizer = {
  name: 'words',
  lowercases: false,
  tokenize(text, out) {
    const words = text.split(' ')
    out.count = words.length
    words.forEach((word, i) => {
      out.terms[i] = word
      out.positions[i] = i
    })
  },
}

/** Values by field path. */
type SampleDoc = Readonly<Record<string, TypedValue>>

/** A field `path:type`, with terms of words and positions where it is text, and a column otherwise. */
function specOf(name: string, id: number): FieldSpec {
  const [path = '', type = 'str'] = name.split(':')
  const isText = type === 'str'
  return {
    id,
    path,
    type: type as ValueType, // written out by the tests
    terms: isText ? { tokenizer: WORDS, record: 'position', fieldnorms: true } : undefined,
    column: isText ? undefined : { normalizer: 'raw', precisionNs: 1_000_000 },
  }
}

interface SampleSplit {
  readonly bytes: Uint8Array
  readonly footer: SplitFooter
}

/** `fields` are `path:type`; each document's source is its number. */
export async function sampleSplit(
  fields: readonly string[],
  docs: readonly SampleDoc[],
): Promise<SampleSplit> {
  const specs = fields.map(specOf)
  const builder = new SplitBuilder(specs, {
    docStoreBlockBytes: 64,
    tagPaths: [],
    indexFieldPresence: false,
  })
  docs.forEach((doc, i) => {
    const present = specs.filter(({ path }) => doc[path] !== undefined)
    const mapped = {
      count: present.length,
      fieldIds: present.map(({ id }) => id),
      values: present.map(({ path }) => doc[path] ?? false),
      timestamp: undefined,
      presentPaths: [],
    }
    builder.add(mapped, new TextEncoder().encode(`{"doc":${i}}`))
  })
  const bytes = bodyBytes((await builder.finish()).pieces)
  return { bytes, footer: decodeFooter(bytes) }
}

export function fieldAt({ footer }: SampleSplit, path: string): SplitField {
  const [field] = footer.fieldsAt(path)
  if (field === undefined) throw new Error(`the split has no field ${path}`)
  return field
}

/** One field of each split that has it, as a merge takes them: documents one split after the other. */
export function mergeFields(splits: readonly SampleSplit[], path: string): MergeField[] {
  let docOffset = 0
  return splits.flatMap(({ bytes, footer }) => {
    const input = { bytes, footer, docOffset }
    docOffset += footer.docCount
    return footer.fieldsAt(path).map((field) => ({ input, field }))
  })
}

/** The terms of a field with the number of documents of each. */
export function termCounts(split: SampleSplit, path: string): Record<string, number> {
  const { terms } = fieldAt(split, path)
  const counts: Record<string, number> = {}
  if (terms === undefined) return counts
  const blocks = locateTermRange(terms).map(
    ({ start, end }) => new TermBlock(split.bytes.subarray(start, end)),
  )
  scanTerms(blocks, (term, entryOf) => {
    counts[Buffer.from(term).toString()] = entryOf().docCount
  })
  return counts
}

// Documents of every type and shape, for tests of the split file.
import { bodyBytes } from '../../src/engine/ports.ts'
import type { FieldSpec, MappedDoc } from '../../src/engine/schema/field-spec.ts'
import type { TypedValue, ValueType } from '../../src/engine/schema/value-type.ts'
import {
  SplitBuilder,
  type BuiltSplit,
  type SplitBuilderSettings,
} from '../../src/engine/split/split-builder.ts'
import type { Tokenizer } from '../../src/engine/text/tokenizer.ts'

/** Words between spaces, as they are. */
export const words: Tokenizer = {
  name: 'words',
  lowercases: false,
  tokenize(text, out) {
    const found = text.split(' ').filter((word) => word !== '')
    out.count = found.length
    found.forEach((word, i) => {
      out.terms[i] = word
      out.positions[i] = i
    })
  },
}

const column = { normalizer: 'raw', precisionNs: 1 } as const

function spec(id: number, path: string, type: ValueType, rest: Partial<FieldSpec>): FieldSpec {
  return { id, path, type, terms: undefined, column: undefined, ...rest }
}

const basic = { tokenizer: words, record: 'basic', fieldnorms: false } as const

export const sampleSpecs: readonly FieldSpec[] = [
  spec(0, 'ts', 'date', { terms: basic, column: { normalizer: 'raw', precisionNs: 1_000_000 } }),
  spec(1, 'body', 'str', { terms: { tokenizer: words, record: 'position', fieldnorms: true } }),
  spec(2, 'tags', 'str', {
    terms: { tokenizer: words, record: 'freq', fieldnorms: true },
    column: { normalizer: 'lowercase', precisionNs: 1 },
  }),
  spec(3, 'i', 'i64', { terms: basic, column }),
  spec(4, 'u', 'u64', { terms: basic, column }),
  spec(5, 'f', 'f64', { terms: basic, column }),
  spec(6, 'b', 'bool', { terms: basic, column }),
  spec(7, 'ip', 'ip', { terms: basic, column }),
  spec(8, 'raw', 'bytes', { terms: basic, column }),
  spec(9, 'nanos', 'date', { terms: basic, column }),
]

export const sampleSettings: SplitBuilderSettings = {
  docStoreBlockBytes: 256,
  timestampPath: 'ts',
  tagPaths: ['u'],
  indexFieldPresence: true,
  storeDocumentSize: true,
}

/** Values by spec id, in input order. */
export interface SampleDoc {
  readonly values: readonly (readonly [number, TypedValue])[]
  readonly source: string
}

export async function buildSample(
  docs: readonly SampleDoc[],
  settings: Partial<SplitBuilderSettings> = {},
): Promise<BuiltSplit & { readonly bytes: Uint8Array }> {
  const builder = new SplitBuilder(sampleSpecs, { ...sampleSettings, ...settings })
  for (const doc of docs) {
    const mapped: MappedDoc = {
      count: doc.values.length,
      fieldIds: doc.values.map(([id]) => id),
      values: doc.values.map(([, value]) => value),
      timestamp: undefined,
      presentPaths: [...new Set(doc.values.map(([id]) => sampleSpecs[id]!.path))],
    }
    builder.add(mapped, new TextEncoder().encode(doc.source))
  }
  const built = await builder.finish()
  return { ...built, bytes: bodyBytes(built.pieces) }
}

// Everything that a split file holds, as plain values: what two files that should be equal are compared by.
import { decodeColumn, type Column } from '../../src/engine/split/column.ts'
import { locateDocs, readDocs } from '../../src/engine/split/doc-store.ts'
import { decodeFieldnorms } from '../../src/engine/split/fieldnorms.ts'
import { decodeFooter, type SplitField } from '../../src/engine/split/footer.ts'
import { decodePositions, decodePostings } from '../../src/engine/split/postings.ts'
import { checkWhole } from '../../src/engine/split/split-file.ts'
import {
  scanTerms,
  TermBlock,
  type ListPlace,
  type SinglePosting,
} from '../../src/engine/split/term-dictionary.ts'
import { locateTermRange } from '../../src/engine/split/term-index.ts'

export interface SplitContent {
  readonly docCount: number
  readonly docs: string[]
  readonly fields: Record<string, unknown>
}

export function splitContent(file: Uint8Array): SplitContent {
  const footer = decodeFooter(file)
  checkWhole(file, footer)
  const docIds = Array.from({ length: footer.docCount }, (_, i) => i)
  const blocks = locateDocs(footer.docStore, docIds)
  const bytes = blocks.map(({ start, end }) => file.subarray(start, end))
  const decoder = new TextDecoder()
  const fields: Record<string, unknown> = {}
  for (const field of footer.fields.values()) {
    fields[`${field.path}:${field.type}`] = {
      terms: termsContent(file, field),
      column: field.column && columnContent(file, field),
      fieldnorms: field.fieldnorms && [
        ...decodeFieldnorms(
          file.subarray(field.fieldnorms.start, field.fieldnorms.end),
          footer.docCount,
        ),
      ],
      totalTokens: field.totalTokens,
      docsWithTerms: field.docsWithTerms,
    }
  }
  return {
    docCount: footer.docCount,
    docs: readDocs(blocks, bytes, docIds).map((doc) => decoder.decode(doc)),
    fields,
  }
}

function termsContent(file: Uint8Array, { terms }: SplitField): unknown {
  if (terms === undefined) return undefined
  const blocks = locateTermRange(terms).map(
    ({ start, end }) => new TermBlock(file.subarray(start, end)),
  )
  const fetched = (place: ListPlace | SinglePosting) =>
    place.kind === 'range' ? file.subarray(place.start, place.end) : undefined
  // Without a prototype: `__proto__` is a term like any other.
  const content = Object.create(null) as Record<string, unknown>
  let count = 0
  scanTerms(blocks, (term, entryOf) => {
    const entry = entryOf()
    count++
    const { docs, freqs } = decodePostings(fetched(entry.postings), entry, terms.record)
    const positions =
      entry.positions && freqs && decodePositions(fetched(entry.positions), entry, freqs)
    content[Buffer.from(term).toString('latin1')] = {
      docs: [...docs],
      freqs: freqs && [...freqs],
      positions:
        positions &&
        [...docs].map((_, i) => [
          ...positions.positions.subarray(positions.offsets[i], positions.offsets[i + 1]),
        ]),
    }
  })
  if (count !== terms.termCount) throw new Error(`${count} terms, not ${terms.termCount}`)
  return { record: terms.record, content }
}

function columnContent(file: Uint8Array, { column: info }: SplitField): unknown {
  if (info === undefined) return undefined
  const column = decodeColumn(file.subarray(info.start, info.end), info)
  const values: unknown[][] = []
  for (let doc = 0; doc < column.docCount; doc++) {
    const start = column.starts === undefined ? doc : column.starts[doc]!
    const end = column.starts === undefined ? doc + 1 : column.starts[doc + 1]!
    const ofDoc: unknown[] = []
    for (let i = start; i < end; i++) ofDoc.push(columnValue(column, i))
    values.push(ofDoc)
  }
  return values
}

function columnValue(column: Column, i: number): unknown {
  switch (column.kind) {
    case 'int':
      return column.base + column.step * (column.wide?.[i] ?? BigInt(column.values[i]!))
    case 'float':
      return column.values[i]
    case 'ordinal':
      return Buffer.from(column.dictionary.term(column.values[i]!)).toString('latin1')
  }
}

/** As JSON can hold it: 64-bit integers as strings with an `n`, undefined left out. */
export function plainContent(file: Uint8Array): unknown {
  const text = JSON.stringify(splitContent(file), (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
  return JSON.parse(text)
}

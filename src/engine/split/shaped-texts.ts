// Indexed reads of arrays are cast: loop bounds keep them inside.
import type { ByteReader, ByteWriter } from '../bytes/cursor.ts'
import { GrowableUint32 } from '../bytes/growable.ts'
import { decodeSequence, encodeSequence } from '../bytes/int-sequence.ts'
import { runningSums, type DecodedTexts, type TextSlices } from './text-slices.ts'
import { decodeTemplates, encodeTemplates } from './text-templates.ts'
import { decodeWords, encodeWords } from './text-words.ts'

/*
 * Texts of one place in the documents of a block:
 *
 *   form u8
 *   0 plain      sequence of sizes, then the bytes
 *   1 words      text-words.ts
 *   2 templates  text-templates.ts
 */
const Form = { plain: 0, words: 1, templates: 2 } as const

/** Texts inside `source`: text i is [starts[i], ends[i]). */
export class TextValues {
  readonly #source: Uint8Array
  readonly #starts = new GrowableUint32()
  readonly #ends = new GrowableUint32()

  constructor(source: Uint8Array) {
    this.#source = source
  }

  get count(): number {
    return this.#starts.length
  }

  push(start: number, end: number): void {
    this.#starts.push(start)
    this.#ends.push(end)
  }

  encode(out: ByteWriter): void {
    const texts: TextSlices = {
      source: this.#source,
      starts: this.#starts.view(),
      ends: this.#ends.view(),
    }
    const formAt = out.length
    out.u8(Form.templates)
    if (encodeTemplates(texts, out)) return
    out.truncate(formAt)
    out.u8(Form.words)
    if (encodeWords(texts, out)) return
    out.truncate(formAt)
    out.u8(Form.plain)
    encodePlain(texts, out)
  }
}

function encodePlain({ source, starts, ends }: TextSlices, out: ByteWriter): void {
  const sizes = ends.map((end, i) => end - (starts[i] as number))
  encodeSequence(sizes, sizes.length, out)
  for (let i = 0; i < starts.length; i++) out.bytes(source.subarray(starts[i], ends[i]))
}

/** Throws `corrupt`. */
export function decodeTexts(reader: ByteReader, count: number): DecodedTexts {
  const form = reader.u8()
  if (form === Form.plain) return decodePlain(reader, count)
  if (form === Form.words) return decodeWords(reader, count)
  if (form === Form.templates) return decodeTemplates(reader, count)
  throw reader.invalid(`text form ${form}`)
}

function decodePlain(reader: ByteReader, count: number): DecodedTexts {
  const ends = runningSums(decodeSequence(reader, count).values)
  const bytes = reader.bytes(count === 0 ? 0 : (ends[count] as number))
  return { append: (index, out) => out.bytes(bytes.subarray(ends[index], ends[index + 1])) }
}

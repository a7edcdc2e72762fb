import { setKey, type JsonObject } from '../bytes/json.ts'
import { LineProblem, type LineReader, type LineReading } from './line-reader.ts'
import { MAX_LINE_BYTES } from './line-batch.ts'

/**
 * Records under a header line, with quotes as in RFC 4180; a quoted value may hold line ends, which
 * become `\n`. Values stay text, since `007` is not 7: what is a number says the mapping. An empty
 * value is none.
 */
export function delimitedReader(delimiter: ',' | '\t' | ';'): LineReader {
  const record = new Record(delimiter)
  let header: readonly string[] | undefined
  return {
    read(line): LineReading {
      if (!record.isOpen && line === '') return undefined
      const values = record.push(line)
      if (values === undefined || values instanceof LineProblem) return values

      if (header !== undefined) return docOf(header, values)
      header = headerNames(values)

      return undefined
    },
    finish: () => (record.isOpen ? [new LineProblem('a quote is never closed')] : []),
  }
}

/** Every column has a name: an empty one is called after its place, the second `x` is `x_2`. */
function headerNames(values: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return values.map((value, i) => {
    const name = value.trim() === '' ? `column_${i + 1}` : value.trim()
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}_${count}`
  })
}

function docOf(header: readonly string[], values: readonly string[]): LineReading {
  if (values.length !== header.length) {
    return new LineProblem(`the header names ${header.length} columns`, String(values.length))
  }
  const doc: JsonObject = {}
  for (const [i, name] of header.entries()) {
    const value = values[i]
    if (value !== undefined && value !== '') setKey(doc, name, value)
  }
  return doc
}

/** One record, which takes several lines when a quoted value holds line ends. */
class Record {
  readonly #delimiter: string
  #values: string[] = []
  /** What is read of a quoted value whose quote is still to come. */
  #open: string | undefined
  #length = 0

  constructor(delimiter: string) {
    this.#delimiter = delimiter
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** The record's values, when the line ends it; a problem when none ever will. */
  push(line: string): string[] | LineProblem | undefined {
    if (!this.isOpen && !line.includes('"')) return line.split(this.#delimiter)
    this.#length += line.length + 1
    if (this.#length > MAX_LINE_BYTES) {
      this.#take()
      return new LineProblem('a quote is not closed within 16 MiB')
    }
    this.#read(line)
    return this.isOpen ? undefined : this.#take()
  }

  #take(): string[] {
    const values = this.#values
    this.#values = []
    this.#open = undefined
    this.#length = 0
    return values
  }

  #read(line: string): void {
    let at = 0
    if (this.#open !== undefined) at = this.#readQuoted(line, 0, `${this.#open}\n`)
    else if (line.startsWith('"')) at = this.#readQuoted(line, 1, '')
    else at = this.#readPlain(line, 0)
    while (at < line.length && this.#open === undefined) {
      // At a delimiter.
      at++
      at = line[at] === '"' ? this.#readQuoted(line, at + 1, '') : this.#readPlain(line, at)
    }
  }

  #readPlain(line: string, from: number): number {
    const end = this.#endOf(line, from)
    this.#values.push(line.slice(from, end))
    return end
  }

  /** From behind the opening quote to the delimiter behind the closing one. */
  #readQuoted(line: string, from: number, before: string): number {
    let value = before
    let at = from
    for (;;) {
      const quote = line.indexOf('"', at)
      if (quote < 0) {
        this.#open = value + line.slice(at)
        return line.length
      }
      value += line.slice(at, quote)
      at = quote + 1
      if (line[at] !== '"') break
      value += '"'
      at++
    }
    this.#open = undefined
    // What stands between the quote and the delimiter should not be there, and is not thrown away.
    const end = this.#endOf(line, at)
    this.#values.push(value + line.slice(at, end))
    return end
  }

  #endOf(line: string, from: number): number {
    const end = line.indexOf(this.#delimiter, from)
    return end < 0 ? line.length : end
  }
}

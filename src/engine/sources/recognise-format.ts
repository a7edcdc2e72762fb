import { isJsonObject, parseJson, type JsonObject } from '../bytes/json.ts'
import {
  LINE_PATTERN_NAMES,
  type LinePatternName,
  type SourceFormat,
} from '../schema/source-format.ts'
import { refused, startsWith } from './compression.ts'
import { delimitedReader } from './delimited.ts'
import { JsonScanner } from './json-scanner.ts'
import { LineProblem, type LineReader } from './line-reader.ts'
import { LINE_READERS } from './patterns/line-patterns.ts'
import { showsSyslog } from './patterns/syslog.ts'

/** Unpacked bytes that a format is recognised by. */
export const RECOGNISED_BYTES = 64 * 1024
/** Lines of it that are tried. */
const TRIED_LINES = 100
/** Of the lines that say anything, the share that a pattern must read. */
const LEAST_SHARE = 0.8
/** Values that are no time have to differ: one column says nothing about a delimiter. */
const LEAST_COLUMNS = 2

interface RecognitionHints {
  readonly nowMs: number
  /** Of the file or object. It decides only where the content says nothing. */
  readonly name: string
}

/**
 * How a source is written, by its beginning: `head` is its first `RECOGNISED_BYTES`, or all of it.
 * Throws `invalid` (INGEST-FORMAT) for what is known and not read, and for bytes that are no text.
 */
export function recogniseFormat(head: Uint8Array, { nowMs, name }: RecognitionHints): SourceFormat {
  if (startsWith(head, [0x50, 0x41, 0x52, 0x31])) return { kind: 'parquet' }
  refuseOtherBytes(head)
  const text = textOf(head)
  const first = text.trimStart()[0]
  if (first === '{') return recogniseObjects(text)
  if (first === '[' && /^\s*\[\s*(?:[{\]]|$)/.test(text)) return { kind: 'json', path: [] }
  const lines = linesOf(text, head.length >= RECOGNISED_BYTES)
  // A damaged first line does not make another format of NDJSON.
  if (shareOf(lines, (line) => line.startsWith('{')) >= 0.5) return { kind: 'ndjson' }
  const format = recogniseLines(lines, nowMs)
  const isAnyText = format.kind === 'lines' && format.pattern === 'text'
  // Lines that are nothing known are broken documents where the file is named for documents.
  return isAnyText && DOCUMENT_NAME.test(name) ? NDJSON : format
}

/** With or without the ending of a compression. */
const DOCUMENT_NAME = /\.(?:ndjson|jsonl|json)(?:\.\w{1,6})?$/i

const BINARY: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['Avro', [0x4f, 0x62, 0x6a, 0x01]],
  ['ORC', [0x4f, 0x52, 0x43]],
]

function refuseOtherBytes(head: Uint8Array): void {
  for (const [name, magic] of BINARY) {
    if (startsWith(head, magic)) throw refused(name, 'export it as newline-delimited JSON')
  }
  const [first, second] = head
  const utf16 = (order: 'LE' | 'BE') => {
    return refused(
      `UTF-16 (${order === 'LE' ? 'little' : 'big'}-endian)`,
      `convert it to UTF-8: iconv -f UTF-16${order} -t UTF-8 FILE`,
    )
  }
  if (first === 0xff && second === 0xfe) throw utf16('LE')
  if (first === 0xfe && second === 0xff) throw utf16('BE')
  if (isZeroEvery2nd(head, 1)) throw utf16('LE')
  if (isZeroEvery2nd(head, 0)) throw utf16('BE')
  if (head.subarray(0, 1024).includes(0)) {
    throw refused('binary data', 'give text: NDJSON, JSON, CSV, or log lines')
  }
}

/** Whether, from `from` on, every second byte is zero and the others are not: ASCII in UTF-16. */
function isZeroEvery2nd(head: Uint8Array, from: 0 | 1): boolean {
  const some = head.subarray(0, 64)
  return some.length > 1 && some.every((byte, at) => (byte === 0) === (at % 2 === from))
}

function textOf(head: Uint8Array): string {
  // A character cut at the end shows as U+FFFD in a line that is left out anyway.
  return Buffer.from(head.buffer, head.byteOffset, head.length)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
}

/** Whole lines that say anything; the last one may be cut. */
function linesOf(text: string, isCut: boolean): string[] {
  const lines = text.split('\n')
  if (isCut && lines.length > 1) lines.pop()
  return lines
    .slice(0, TRIED_LINES)
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line.trim() !== '')
}

/** Keys whose array of objects is what a file is about, when nothing but such an array is in it. */
const ENVELOPES = ['Records', 'records']

function recogniseObjects(text: string): SourceFormat {
  const envelope = /^\s*\{\s*"(\w+)"\s*:\s*\[\s*\{/.exec(text)?.[1] ?? ''
  if (envelope === 'resourceLogs') return { kind: 'otlp', signal: 'logs' }
  if (envelope === 'resourceSpans') return { kind: 'otlp', signal: 'traces' }
  if (ENVELOPES.includes(envelope)) return { kind: 'json', path: [envelope] }
  const [firstLine = '', secondLine = ''] = linesOf(text, false)
  const doc = objectOf(firstLine)
  if (doc !== undefined)
    return isContainerLine(doc) ? linesOfPattern('k8s') : recogniseBulk(doc, secondLine)
  // An object over several lines, or several on one. A first line that is merely broken is neither.
  const [whole] = new JsonScanner([], { resumeAt: 0, start: 0 }).push(Buffer.from(text))
  const hasWhole = whole?.kind === 'lines' && objectOf(whole.textOf(0) ?? '') !== undefined
  if (hasWhole) return { kind: 'json', path: [] }
  return secondLine === '' || secondLine.startsWith('{') ? NDJSON : { kind: 'json', path: [] }
}

const ACTIONS = ['index', 'create', 'update', 'delete']
const ACTION_KEYS =
  /^(?:_index|_id|_type|routing|_routing|pipeline|require_alias|retry_on_conflict|version|version_type|if_seq_no|if_primary_term|op_type|dynamic_templates|list_executed_pipelines)$/

/** A file for Elasticsearch's bulk endpoint: documents between lines that say what to do with them. */
function recogniseBulk(doc: JsonObject, secondLine: string): SourceFormat {
  const [entry, ...others] = Object.entries(doc)
  const target = entry !== undefined && ACTIONS.includes(entry[0]) ? entry[1] : undefined
  const isBulk =
    others.length === 0 &&
    isJsonObject(target) &&
    Object.keys(target).every((key) => ACTION_KEYS.test(key))
  return isBulk && secondLine !== '' ? linesOfPattern('bulk') : NDJSON
}

function linesOfPattern(pattern: LinePatternName): SourceFormat {
  return { kind: 'lines', pattern }
}

const NDJSON: SourceFormat = { kind: 'ndjson' }

/** Docker's own JSON, which is a container's line and not a document. */
function isContainerLine(doc: JsonObject): boolean {
  const keys = Object.keys(doc)
  return (
    keys.length >= 3 && keys.length <= 4 && ['log', 'stream', 'time'].every((key) => key in doc)
  )
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function recogniseLines(lines: readonly string[], nowMs: number): SourceFormat {
  for (const pattern of LINE_PATTERN_NAMES) {
    if (pattern === 'text' || pattern === 'logfmt' || pattern === 'bulk') continue
    if (pattern === 'syslog' && shareOf(lines, showsSyslog) < LEAST_SHARE) continue
    if (reads(LINE_READERS[pattern]({ nowMs }), lines)) return linesOfPattern(pattern)
  }
  for (const delimiter of [',', '\t', ';'] as const) {
    if (isTable(lines, delimiter)) return { kind: 'delimited', delimiter }
  }
  if (isLogfmt(lines, nowMs)) return linesOfPattern('logfmt')
  return linesOfPattern('text')
}

function reads(reader: LineReader, lines: readonly string[]): boolean {
  let docs = 0
  let failures = 0
  for (const line of lines) {
    const reading = reader.read(line)
    if (reading instanceof LineProblem) failures++
    else if (reading !== undefined) docs++
  }
  docs += reader.finish?.().filter((doc) => !(doc instanceof LineProblem)).length ?? 0
  return docs > 0 && docs >= LEAST_SHARE * (docs + failures)
}

/** A header of names, and records of as many values. */
function isTable(lines: readonly string[], delimiter: ',' | '\t' | ';'): boolean {
  const names = lines[0]?.split(delimiter).map((name) => name.replaceAll('"', '').trim()) ?? []
  if (names.length < LEAST_COLUMNS || new Set(names).size < names.length) return false
  // Two halves of a sentence are no two columns.
  if (names.length === 2 && lines[0]?.includes(`${delimiter} `) === true) return false
  // The column of row numbers has no name where pandas and R write it. Indented lines are none.
  const hasRowNumbers = names[0] === '' && lines[1]?.startsWith(delimiter) === false
  const named = hasRowNumbers ? names.slice(1) : names
  // Sentences have commas too; a name is short, begins no number, and is no sentence.
  if (!named.every((name) => /^[^\d\s][^=:{}]{0,63}$/.test(name) && name.split(' ').length <= 5)) {
    return false
  }
  if (lines.length === 1) return names.every((name) => /^[\w.@ -]+$/.test(name)) && names.length > 2
  return reads(delimitedReader(delimiter), lines)
}

/** Two pairs a line at least: a sentence may hold one `a=b`. */
function isLogfmt(lines: readonly string[], nowMs: number): boolean {
  if (!reads(LINE_READERS.logfmt({ nowMs }), lines)) return false
  return shareOf(lines, (line) => /^\S+=/.test(line) && /\s\S+=/.test(line)) >= LEAST_SHARE
}

function shareOf(lines: readonly string[], test: (line: string) => boolean): number {
  return lines.length === 0 ? 0 : lines.filter(test).length / lines.length
}

import { setKey, type JsonObject } from '../../bytes/json.ts'
import { LineProblem, type LineReader, type LineReading } from '../line-reader.ts'

const SPACE = 0x20
const QUOTE = 0x22
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/** `key=value key="some words" flag`. Values stay text: what is a number says the mapping. */
export const logfmtReader = (): LineReader => ({ read: readLogfmt })

function readLogfmt(line: string): LineReading {
  const doc: JsonObject = {}
  let pairs = 0
  let at = 0
  while (at < line.length) {
    if (line.charCodeAt(at) <= SPACE) {
      at++
      continue
    }
    const keyEnd = endOfKey(line, at)
    const key = line.slice(at, keyEnd)
    if (key === '' || key.includes('"'))
      return new LineProblem('a value has no key', line.slice(at))
    at = keyEnd
    if (line.charCodeAt(at) !== EQUALS) {
      setKey(doc, key, true)
      continue
    }
    pairs++
    const end = endOfValue(line, ++at)
    if (end < 0) return new LineProblem('a quote is never closed', key)
    addValue(doc, key, line.slice(at, end))
    at = end
  }
  if (line.trim() === '') return undefined
  return pairs === 0 ? new LineProblem('the line holds no key=value', line) : doc
}

function endOfKey(line: string, from: number): number {
  let at = from
  while (at < line.length && line.charCodeAt(at) > SPACE && line.charCodeAt(at) !== EQUALS) at++
  return at
}

/** -1 for a quote that is never closed. */
function endOfValue(line: string, from: number): number {
  let at = from
  if (line.charCodeAt(at) !== QUOTE) {
    while (at < line.length && line.charCodeAt(at) > SPACE) at++
    return at
  }
  for (at++; at < line.length; at++) {
    const unit = line.charCodeAt(at)
    if (unit === BACKSLASH) at++
    else if (unit === QUOTE) return at + 1
  }
  return -1
}

/** A key without a value says nothing. */
function addValue(doc: JsonObject, key: string, written: string): void {
  if (written === '') return
  setKey(doc, key, written.startsWith('"') ? unquoted(written) : written)
}

/** Loggers quote as JSON does; what is no JSON string keeps its backslashes. */
function unquoted(written: string): string {
  try {
    const value: unknown = JSON.parse(written)
    if (typeof value === 'string') return value
  } catch {
    // Shown as it is.
  }
  return written.slice(1, -1)
}

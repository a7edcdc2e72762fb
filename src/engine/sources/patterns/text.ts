import type { JsonObject } from '../../bytes/json.ts'
import type { LineReader, LineReaderSettings } from '../line-reader.ts'
import { columns } from './columns.ts'
import { timeAtHead } from './time-at-head.ts'

export const TEXT_COLUMNS = columns('timestamp:time', 'message:words')

/**
 * Any line is a message. It has the time that stands at its head; a line without one, such as those of
 * a stack trace, belongs to the time of the line before, or of the first that has one. Where the first time
 * begins its line, so do all.
 */
export function textReader({ nowMs, head }: LineReaderSettings): LineReader {
  const first = head && firstTime(head, nowMs)
  let lastTime = first?.time
  let mayBeBehindWords = first?.isBehindWords ?? true
  return {
    read(line) {
      if (line.trim() === '') return undefined
      const found = timeAtHead(line, { nowMs, mayBeBehindWords })
      if (lastTime === undefined && found !== undefined) mayBeBehindWords = found.isBehindWords
      lastTime = found?.time ?? lastTime
      const doc: JsonObject = lastTime === undefined ? {} : { timestamp: lastTime }
      doc['message'] = line
      return doc
    },
  }
}

/** A file may begin in the middle of a stack trace, or with a banner. */
function firstTime(head: Uint8Array, nowMs: number): ReturnType<typeof timeAtHead> {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('utf8')
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const found = timeAtHead(line, { nowMs, mayBeBehindWords: true })
    if (found !== undefined) return found
  }
  return undefined
}

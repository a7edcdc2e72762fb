import type { JsonObject } from '../../bytes/json.ts'
import type { LineReader, LineReaderSettings } from '../line-reader.ts'
import { columns } from './columns.ts'
import { timeAtHead } from './time-at-head.ts'

export const TEXT_COLUMNS = columns('timestamp:time', 'message:words')

/**
 * Any line is a message. It has the time that stands at its head; a line without one, such as those of
 * a stack trace, belongs to the time of the line before. Where the first time begins its line, so do all.
 */
export function textReader({ nowMs }: LineReaderSettings): LineReader {
  let lastTime: string | undefined
  let mayBeBehindWords = true
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

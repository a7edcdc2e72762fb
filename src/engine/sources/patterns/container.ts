import { isJsonObject, parseJson, type JsonObject } from '../../bytes/json.ts'
import { LineProblem, type LineReader, type LineReading } from '../line-reader.ts'
import { columns } from './columns.ts'

export const CONTAINER_COLUMNS = columns('timestamp:time', 'stream', 'message:words')

const CRI =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([FP])(?: (.*))?$/s

/** A longer message is given out in parts: a container that writes no line end must not fill memory. */
const MAX_MESSAGE_CHARS = 1024 * 1024

/** A message of one stream whose end has not come yet. */
interface Partial {
  readonly timestamp: string
  text: string
}

/**
 * Lines that a container runtime writes for Kubernetes: `time stream P|F text` (CRI), or Docker's JSON.
 * A message that was cut into parts is one document, with the time of its first part.
 */
export function containerReader(): LineReader {
  const partials = new Map<string, Partial>()
  return {
    read(line): LineReading {
      if (line === '') return undefined
      const part = line.startsWith('{') ? dockerPart(line) : criPart(line)
      if (part === undefined) {
        return new LineProblem('neither `time stream P|F text` nor its JSON', line)
      }
      const { timestamp, stream, text, isLast } = part
      const before = partials.get(stream)
      const whole = { timestamp: before?.timestamp ?? timestamp, text: (before?.text ?? '') + text }
      if (!isLast && whole.text.length < MAX_MESSAGE_CHARS) {
        partials.set(stream, whole)
        return undefined
      }
      partials.delete(stream)
      return docOf(stream, whole)
    },
    finish() {
      return [...partials].map(([stream, partial]) => docOf(stream, partial))
    },
  }
}

function docOf(stream: string, { timestamp, text }: Partial): JsonObject {
  return { timestamp, stream, message: text }
}

interface Part {
  readonly timestamp: string
  readonly stream: string
  readonly text: string
  readonly isLast: boolean
}

function criPart(line: string): Part | undefined {
  const match = CRI.exec(line)
  if (match === null) return undefined
  const [, timestamp = '', stream = '', tag, text = ''] = match
  return { timestamp, stream, text, isLast: tag === 'F' }
}

/** `{"log":"text\n","stream":"stdout","time":"…"}`: a part without a line end is not the last. */
function dockerPart(line: string): Part | undefined {
  let value
  try {
    value = parseJson(line)
  } catch {
    return undefined
  }
  if (!isJsonObject(value)) return undefined
  const { log, stream, time } = value
  if (typeof log !== 'string' || typeof stream !== 'string' || typeof time !== 'string') {
    return undefined
  }
  const isLast = log.endsWith('\n')
  return { timestamp: time, stream, text: isLast ? log.slice(0, -1) : log, isLast }
}

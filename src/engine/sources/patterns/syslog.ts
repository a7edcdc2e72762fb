import { setKey, type JsonObject } from '../../bytes/json.ts'
import {
  LineProblem,
  type LineReader,
  type LineReaderSettings,
  type LineReading,
} from '../line-reader.ts'
import { columns } from './columns.ts'
import { bsdTime, isoTime } from './times.ts'

export const SYSLOG_COLUMNS = columns(
  'timestamp:time',
  'host',
  'app',
  'pid',
  'msgid',
  'facility',
  'severity',
  'message:words',
)

const SEVERITIES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']
const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

const PRIORITY = /^<(\d{1,3})>/
/** The header of RFC 5424 after its priority: version, time, host, app, process, message id. */
const HEADER_5424 = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) /
/** What stands in front of the message in RFC 3164 and in the files of syslog daemons. */
const HEADER_3164 =
  /^([A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) (\S+) (?:([^\s[\]:]{1,64})(?:\[([^\]]{1,32})\])?: ?)?/

/** What stands where a host does in other logs: a level, the words of Lambda's own lines, a number. */
const NO_HOST =
  /^(?:trace|debug|info|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|severe|fatal|alert|emerg|panic|start|end|report|init_start|\d+)$/i

/** Whether a line is of a syslog daemon and not just any line with a time: it has a priority, a time as in
 *  RFC 3164, or behind an ISO time, as other programs write it too, a host and a tag. */
export function showsSyslog(line: string): boolean {
  if (PRIORITY.test(line)) return true
  const [, time = '', host = '', app] = HEADER_3164.exec(line) ?? []
  if (/^[A-Z]/.test(time)) return true
  return app !== undefined && /^[\w.:-]+$/.test(host) && !NO_HOST.test(host)
}

/** RFC 5424, RFC 3164, and what rsyslog and syslog-ng write into files, which lacks the priority. */
export function syslogReader({ nowMs }: LineReaderSettings): LineReader {
  return {
    read(line) {
      if (line === '') return undefined
      const doc: JsonObject = {}
      const priority = PRIORITY.exec(line)
      const rest = priority === null ? line : line.slice(priority[0].length)
      if (priority !== null && !addPriority(doc, Number(priority[1]))) {
        return new LineProblem('the line begins with no syslog priority', priority[0])
      }
      return read5424(rest, doc) ?? read3164(rest, doc, nowMs)
    },
  }
}

function addPriority(doc: JsonObject, priority: number): boolean {
  const facility = FACILITIES[priority >> 3]
  const severity = SEVERITIES[priority & 7]
  if (facility === undefined || severity === undefined) return false
  doc['facility'] = facility
  doc['severity'] = severity
  return true
}

/** Undefined when the header is not that of RFC 5424. */
function read5424(text: string, doc: JsonObject): LineReading {
  const match = HEADER_5424.exec(text)
  if (match === null) return undefined
  const [whole, time = '', host = '', app = '', pid = '', msgid = ''] = match
  const timestamp = isoTime(time)
  if (timestamp === undefined && time !== '-')
    return new LineProblem('the header holds no time', time)
  if (timestamp !== undefined) doc['timestamp'] = timestamp
  for (const [name, value] of Object.entries({ host, app, pid, msgid })) {
    if (value !== '-') doc[name] = value
  }
  const rest = text.slice(whole.length)
  const data = structuredData(rest)
  if (data === undefined) return new LineProblem('the structured data is never closed', rest)
  if (Object.keys(data.elements).length > 0) doc['structured_data'] = data.elements
  doc['message'] = rest
    .slice(data.end)
    .replace(/^ /, '')
    .replace(/^\uFEFF/, '')
  return doc
}

const ELEMENT = /\[([^\s\]="]{1,64})((?: [^\s\]="]{1,64}="(?:[^"\\\]]|\\.)*")*)\]/y
const PARAMETER = / ([^\s\]="]+)="((?:[^"\\\]]|\\.)*)"/g

/** `[id name="value" …][…]`, or `-` for none. */
function structuredData(text: string): { elements: JsonObject; end: number } | undefined {
  if (text.startsWith('-')) return { elements: {}, end: 1 }
  const elements: JsonObject = {}
  let end = 0
  while (text[end] === '[') {
    ELEMENT.lastIndex = end
    const match = ELEMENT.exec(text)
    if (match === null) return undefined
    const parameters: JsonObject = {}
    for (const [, name = '', value = ''] of (match[2] ?? '').matchAll(PARAMETER)) {
      setKey(parameters, name, value.replaceAll(/\\(["\\\]])/g, '$1'))
    }
    setKey(elements, match[1] ?? '', parameters)
    end = ELEMENT.lastIndex
  }
  return end === 0 ? undefined : { elements, end }
}

function read3164(text: string, doc: JsonObject, nowMs: number): LineReading {
  const match = HEADER_3164.exec(text)
  const [whole = '', time = '', host = '', app, pid] = match ?? []
  const timestamp = bsdTime(time, nowMs) ?? isoTime(time)
  if (match === null || timestamp === undefined) {
    return new LineProblem('a syslog line begins with a time and a host', text)
  }
  doc['timestamp'] = timestamp
  doc['host'] = host
  if (app !== undefined) doc['app'] = app
  if (pid !== undefined) doc['pid'] = pid
  doc['message'] = text.slice(whole.length)
  return doc
}

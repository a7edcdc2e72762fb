import type { JsonObject } from '../../bytes/json.ts'
import { parseIp } from '../../schema/ip.ts'
import { LineProblem, type LineReader, type LineReading } from '../line-reader.ts'
import { addColumn, addRequest, type Column, columns } from './columns.ts'
import { logTokens } from './log-tokens.ts'
import { clfTime, ctimeTime, slashedTime } from './times.ts'

/** Fields of an access log line in the common or combined format of nginx and Apache, with what may
 *  stand around it: the virtual host in front, the forwarded-for header or the request's time behind. */
export const ACCESS_COLUMNS = columns(
  'timestamp:clfTime',
  'remote_addr:host',
  'remote_user',
  'method',
  'url:words',
  'protocol',
  'status:u64',
  'body_bytes_sent:u64',
  'referer:words',
  'user_agent:words',
  'vhost',
  'forwarded_for',
  'request_time:f64',
)

const ADDRESS: Column = { name: 'remote_addr', kind: 'host' }
const REQUEST_TIME: Column = { name: 'request_time', kind: 'f64' }

export function accessReader(): LineReader {
  const timeOf = rememberingLast(clfTime)
  return { read: (line) => (line === '' ? undefined : readAccess(line, timeOf)) }
}

/** Many lines of a log are of one second. */
function rememberingLast(
  read: (text: string) => string | undefined,
): (text: string) => string | undefined {
  let last = ''
  let reading: string | undefined
  return (text) => {
    if (text !== last) {
      last = text
      reading = read(text)
    }
    return reading
  }
}

function readAccess(line: string, timeOf: (text: string) => string | undefined): LineReading {
  const tokens = logTokens(line)
  if (tokens === undefined) return new LineProblem('a quote or bracket is never closed')
  // One token more in front is the virtual host.
  const skip = timeOf(tokens[3] ?? '') === undefined ? 1 : 0
  const [remote = '', , user = '', time = '', request = '', status = '', bytes = ''] =
    tokens.slice(skip)
  const timestamp = timeOf(time)
  if (timestamp === undefined)
    return new LineProblem('no time in brackets stands in fourth place', line)
  if (!/^\d{3}$/.test(status))
    return new LineProblem('the status is no number of three digits', status)
  if (!/^(?:\d{1,15}|-)$/.test(bytes))
    return new LineProblem('the size is no count of bytes', bytes)
  const doc: JsonObject = { timestamp }
  addColumn(doc, ADDRESS, remote)
  if (user !== '-' && user !== '') doc['remote_user'] = user
  if (request !== '-') addRequest(doc, request)
  doc['status'] = Number(status)
  if (bytes !== '-') doc['body_bytes_sent'] = Number(bytes)
  const [referer = '-', agent = '-', ...rest] = tokens.slice(skip + 7)
  if (referer !== '-' && referer !== '') doc['referer'] = referer
  if (agent !== '-' && agent !== '') doc['user_agent'] = agent
  if (skip === 1 && tokens[0] !== undefined) doc['vhost'] = tokens[0]
  for (const more of rest) addMore(doc, more)
  return doc
}

/** What a site's own log format adds behind: known by its look, or kept in order. */
function addMore(doc: JsonObject, text: string): void {
  if (text === '-' || text === '') return
  if (/^\d+\.\d+$/.test(text) && doc['request_time'] === undefined) {
    addColumn(doc, REQUEST_TIME, text)
  } else if (/^[\da-fA-F:.]+(?:, ?[\da-fA-F:.]+)*$/.test(text) && /[.:].*[.:]/.test(text)) {
    doc['forwarded_for'] = text
  } else {
    const extra = doc['extra']
    doc['extra'] = typeof extra === 'string' ? `${extra} ${text}` : text
  }
}

export const ERROR_COLUMNS = columns(
  'timestamp:time',
  'level',
  'module',
  'pid:u64',
  'tid:u64',
  'connection:u64',
  'message:words',
  'client:host',
  'server',
  'request',
  'host',
  'upstream',
  'referrer:words',
)

const NGINX_ERROR = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[(\w+)\] (\d+)#(\d+): (?:\*(\d+) )?(.*)$/s
/** What nginx appends to its message, in this order. */
const NGINX_CONTEXT =
  /, (client|server|request|subrequest|upstream|host|referrer): ("[^"]*"|[^",]*)$/

/** `2024/03/05 12:00:00 [error] 12#34: *56 message, client: 192.0.2.1, server: …`. */
export const nginxErrorReader = (): LineReader => ({
  read(line) {
    if (line === '') return undefined
    const match = NGINX_ERROR.exec(line)
    if (match === null) {
      return new LineProblem('an nginx error begins with a time, a level, and a process', line)
    }
    const [, time = '', level = '', pid, tid, connection, rest = ''] = match
    const doc: JsonObject = { timestamp: slashedTime(time) ?? time, level }
    doc['pid'] = Number(pid)
    doc['tid'] = Number(tid)
    if (connection !== undefined) doc['connection'] = Number(connection)
    doc['message'] = takeContext(rest, doc)
    return doc
  },
})

/** Moves the facts at the message's end to fields; returns what is left of it. */
function takeContext(message: string, doc: JsonObject): string {
  let rest = message
  for (;;) {
    const comma = rest.lastIndexOf(', ')
    const match = comma < 0 ? null : NGINX_CONTEXT.exec(rest.slice(lastFact(rest)))
    if (match === null) return rest
    const [whole, name = '', value = ''] = match
    addColumn(doc, { name, kind: name === 'client' ? 'host' : 'keyword' }, unquoted(value))
    rest = rest.slice(0, rest.length - whole.length)
  }
}

/** Where the last `, name: ` stands that may begin a fact, so that the pattern looks at little. */
function lastFact(text: string): number {
  const colon = text.lastIndexOf(': ')
  return Math.max(0, text.lastIndexOf(', ', colon))
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1) : value
}

const APACHE_ERROR =
  /^\[([^\]]{20,40})\] \[(?:(\w*):)?(\w+)\] (?:\[pid (\d+)(?::tid (\d+))?\] )?(.*)$/s

/** `[Wed Oct 11 14:32:52.123456 2023] [core:error] [pid 12:tid 34] [client 192.0.2.1:5678] message`. */
export const apacheErrorReader = (): LineReader => ({
  read(line) {
    if (line === '') return undefined
    const match = APACHE_ERROR.exec(line)
    const timestamp = ctimeTime(match?.[1] ?? '')
    if (match === null || timestamp === undefined) {
      return new LineProblem('an Apache error begins with a time and a level in brackets', line)
    }
    const [, , module, level = '', pid, tid, rest = ''] = match
    const doc: JsonObject = { timestamp, level }
    if (module !== undefined && module !== '') doc['module'] = module
    if (pid !== undefined) doc['pid'] = Number(pid)
    if (tid !== undefined) doc['tid'] = Number(tid)
    const client = /^\[client ([^\]]+)\] /.exec(rest)
    if (client?.[1] !== undefined) {
      const isBare = parseIp(client[1]) !== undefined
      const address = isBare ? client[1] : client[1].replace(/:\d+$/, '')
      addColumn(doc, { name: 'client', kind: 'host' }, address)
    }
    doc['message'] = client === null ? rest : rest.slice(client[0].length)
    return doc
  },
})

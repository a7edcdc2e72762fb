import type { JsonObject } from '../../bytes/json.ts'
import { LineProblem, type LineReader, type LineReading } from '../line-reader.ts'
import { addColumn, type Column, columns } from './columns.ts'
import { isoTime } from './times.ts'

/** Fields of CloudFront's standard logs, by their names there with `_` for `-`, `(` and `)`. The date
 *  and the time become `timestamp`. */
export const CLOUDFRONT_COLUMNS = columns(
  'timestamp:time',
  'x_edge_location',
  'sc_bytes:u64',
  'c_ip:ip',
  'cs_method',
  'cs_host',
  'cs_uri_stem:words',
  'sc_status:u64',
  'cs_referer:words',
  'cs_user_agent:words',
  'cs_uri_query:words',
  'cs_cookie:words',
  'x_edge_result_type',
  'x_edge_request_id:id',
  'x_host_header',
  'cs_protocol',
  'cs_bytes:u64',
  'time_taken:f64',
  'x_forwarded_for',
  'ssl_protocol',
  'ssl_cipher',
  'x_edge_response_result_type',
  'cs_protocol_version',
  'fle_status',
  'fle_encrypted_fields',
  'c_port:u64',
  'time_to_first_byte:f64',
  'x_edge_detailed_result_type',
  'sc_content_type',
  'sc_content_len:u64',
  'sc_range_start:u64',
  'sc_range_end:u64',
)
const BY_NAME = new Map(CLOUDFRONT_COLUMNS.map((column) => [column.name, column]))
const HEADER = '#Fields:'

/** Tab-separated lines under a `#Fields:` header; values are URL-encoded there and decoded here. */
export function cloudfrontReader(): LineReader {
  let known: readonly Column[] | undefined
  return {
    read(line) {
      if (line.startsWith(HEADER)) {
        known = line.slice(HEADER.length).trim().split(/\s+/).map(columnOf)
        return undefined
      }
      if (line === '' || line.startsWith('#')) return undefined
      if (known === undefined) return new LineProblem('no `#Fields:` line stands before it')
      return readRequest(line.split('\t'), known)
    },
  }
}

function columnOf(field: string): Column {
  const name = field
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/_$/, '')
  return BY_NAME.get(name) ?? { name, kind: 'keyword' }
}

function readRequest(values: readonly string[], known: readonly Column[]): LineReading {
  if (values.length !== known.length) {
    return new LineProblem(`${known.length} values belong on a line`, String(values.length))
  }
  const doc: JsonObject = {}
  let date = ''
  let time = ''
  for (const [i, column] of known.entries()) {
    const text = values[i] ?? ''
    if (column.name === 'date') date = text
    else if (column.name === 'time') time = text
    else if (!addColumn(doc, column, decoded(text, column))) {
      return new LineProblem(`${column.name} is no ${column.kind}`, text)
    }
  }
  const timestamp = isoTime(`${date}T${time}`)
  if (timestamp === undefined)
    return new LineProblem('date and time are no time', `${date} ${time}`)
  return { timestamp, ...doc }
}

/** The user agent is encoded twice. */
function decoded(text: string, { name, kind }: Column): string {
  if (kind !== 'words' || !text.includes('%')) return text
  const once = percentDecoded(text)
  return name === 'cs_user_agent' ? percentDecoded(once) : once
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that was none of an encoding.
    return text
  }
}

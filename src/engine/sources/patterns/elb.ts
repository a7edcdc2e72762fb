import type { JsonObject } from '../../bytes/json.ts'
import { LineProblem, type LineReader, type LineReading } from '../line-reader.ts'
import { addColumn, type Column, columns } from './columns.ts'
import { logTokens } from './log-tokens.ts'

/** Application Load Balancer: the columns of its access log entries; the last ones came over the years. */
export const ALB_COLUMNS = columns(
  'type',
  'timestamp:time',
  'elb',
  'client:address',
  'target:address',
  'request_processing_time:f64',
  'target_processing_time:f64',
  'response_processing_time:f64',
  'elb_status_code:u64',
  'target_status_code:u64',
  'received_bytes:u64',
  'sent_bytes:u64',
  'request:request',
  'user_agent:words',
  'ssl_cipher',
  'ssl_protocol',
  'target_group_arn',
  'trace_id:id',
  'domain_name',
  'chosen_cert_arn',
  'matched_rule_priority:i64',
  'request_creation_time:time',
  'actions_executed',
  'redirect_url:words',
  'error_reason',
  'target_port_list:skip',
  'target_status_code_list:skip',
  'classification',
  'classification_reason',
  'conn_trace_id:id',
  'transformed_host',
  'transformed_uri:words',
  'request_transform_status',
)
const ALB_LEAST = 17
const ALB_TYPES = new Set(['http', 'https', 'h2', 'grpcs', 'ws', 'wss'])

/** Classic Load Balancer. */
export const CLB_COLUMNS = columns(
  'timestamp:time',
  'elb',
  'client:address',
  'backend:address',
  'request_processing_time:f64',
  'backend_processing_time:f64',
  'response_processing_time:f64',
  'elb_status_code:u64',
  'backend_status_code:u64',
  'received_bytes:u64',
  'sent_bytes:u64',
  'request:request',
  'user_agent:words',
  'ssl_cipher',
  'ssl_protocol',
)
const CLB_LEAST = 12

/** Network Load Balancer, TLS listeners. */
export const NLB_COLUMNS = columns(
  'type',
  'version',
  'timestamp:time',
  'elb',
  'listener',
  'client:address',
  'destination:address',
  'connection_time:f64',
  'tls_handshake_time:f64',
  'received_bytes:u64',
  'sent_bytes:u64',
  'incoming_tls_alert',
  'chosen_cert_arn',
  'chosen_cert_serial',
  'tls_cipher',
  'tls_protocol_version',
  'tls_named_group',
  'domain_name',
  'alpn_fe_protocol',
  'alpn_be_protocol',
  'alpn_client_preference_list:list',
  'tls_connection_creation_time:time',
)
const NLB_LEAST = 18

export const albReader = (): LineReader => ({
  read: (line) => readColumns(line, ALB_COLUMNS, ALB_LEAST, ([type = '']) => ALB_TYPES.has(type)),
})

export const clbReader = (): LineReader => ({
  read: (line) => readColumns(line, CLB_COLUMNS, CLB_LEAST, ([time = '']) => time.includes('T')),
})

export const nlbReader = (): LineReader => ({
  read: (line) => readColumns(line, NLB_COLUMNS, NLB_LEAST, ([type]) => type === 'tls'),
})

/** A line of tokens in the order of `known`, of which the last may be missing; further ones, of a newer
 *  log format, are left out. */
// oxlint-disable-next-line max-params -- what a line is, and how it is known to be one
export function readColumns(
  line: string,
  known: readonly Column[],
  least: number,
  isOne: (tokens: readonly string[]) => boolean,
): LineReading {
  if (line === '') return undefined
  const tokens = logTokens(line)
  if (tokens === undefined) return new LineProblem('a quote or bracket is never closed')
  if (tokens.length < least)
    return new LineProblem(`at least ${least} values belong on a line`, line)
  if (!isOne(tokens)) return new LineProblem('the line begins as none of this format', line)
  const doc: JsonObject = {}
  for (const [i, column] of known.entries()) {
    const text = tokens[i]
    if (text === undefined) break
    if (!addColumn(doc, column, text)) {
      return new LineProblem(`${column.name} is no ${column.kind}`, text)
    }
  }
  return doc
}

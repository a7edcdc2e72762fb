import type { JsonObject } from '../../bytes/json.ts'
import { LineProblem, type LineReader, type LineReading } from '../line-reader.ts'
import { addColumn, type Column, columns } from './columns.ts'

/** Every field that a flow log can be set to write, by its name there with `_` for `-`. */
export const VPC_FLOW_COLUMNS = columns(
  'version:u64',
  'account_id',
  'interface_id',
  'srcaddr:ip',
  'dstaddr:ip',
  'srcport:u64',
  'dstport:u64',
  'protocol:u64',
  'packets:u64',
  'bytes:u64',
  'start:seconds',
  'end:seconds',
  'action',
  'log_status',
  'vpc_id',
  'subnet_id',
  'instance_id',
  'tcp_flags:u64',
  'type',
  'pkt_srcaddr:ip',
  'pkt_dstaddr:ip',
  'region',
  'az_id',
  'sublocation_type',
  'sublocation_id',
  'pkt_src_aws_service',
  'pkt_dst_aws_service',
  'flow_direction',
  'traffic_path:u64',
  'ecs_cluster_name',
  'ecs_cluster_arn',
  'ecs_container_instance_id',
  'ecs_container_instance_arn',
  'ecs_container_id',
  'ecs_second_container_id',
  'ecs_service_name',
  'ecs_task_definition_arn',
  'ecs_task_arn',
  'ecs_task_id',
  'reject_reason',
  'resource_id',
  'encryption_status:u64',
)
/** What a line holds when no header says otherwise: the default format, version 2. */
const DEFAULT_COLUMNS = VPC_FLOW_COLUMNS.slice(0, 14)
const BY_NAME = new Map(VPC_FLOW_COLUMNS.map((column) => [column.name, column]))

/** Flow logs in S3 begin with a header line; what CloudWatch exported may not. */
export function vpcFlowReader(): LineReader {
  let known: readonly Column[] = DEFAULT_COLUMNS
  return {
    read(line) {
      if (line === '') return undefined
      const words = line.split(' ')
      const header = headerColumns(words)
      if (header !== undefined) {
        known = header
        return undefined
      }
      return readFlow(words, known)
    },
  }
}

function headerColumns(words: readonly string[]): readonly Column[] | undefined {
  const found = words.map((word) => BY_NAME.get(word.replaceAll('-', '_')))
  const known = found.filter((column) => column !== undefined)
  // A field that came after this list was written is kept as a keyword.
  if (known.length < 3 || known.length * 2 < words.length) return undefined
  return words.map((word, i) => {
    return found[i] ?? { name: word.replaceAll('-', '_'), kind: 'keyword' }
  })
}

function readFlow(words: readonly string[], known: readonly Column[]): LineReading {
  if (words.length !== known.length) {
    return new LineProblem(`${known.length} values belong on a line`, String(words.length))
  }
  const doc: JsonObject = {}
  for (const [i, column] of known.entries()) {
    const text = words[i] ?? ''
    if (!addColumn(doc, column, text)) {
      return new LineProblem(`${column.name} is no ${column.kind}`, text)
    }
  }
  return doc
}

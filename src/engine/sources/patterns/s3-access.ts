import type { LineReader } from '../line-reader.ts'
import { columns } from './columns.ts'
import { readColumns } from './elb.ts'

/** S3 server access log records; the last columns came over the years. */
export const S3_COLUMNS = columns(
  'bucket_owner:id',
  'bucket',
  'timestamp:clfTime',
  'remote_ip:host',
  'requester',
  'request_id:id',
  'operation',
  'key:words',
  'request:request',
  'status:u64',
  'error_code',
  'bytes_sent:u64',
  'object_size:u64',
  'total_time_ms:u64',
  'turn_around_time_ms:u64',
  'referer:words',
  'user_agent:words',
  'version_id:id',
  'host_id:id',
  'signature_version',
  'cipher_suite',
  'authentication_type',
  'host_header',
  'tls_version',
  'access_point_arn',
  'acl_required',
  'source_region',
)
const LEAST = 18

export const s3AccessReader = (): LineReader => ({
  read: (line) => readColumns(line, S3_COLUMNS, LEAST, ([, , time = '']) => time.charAt(2) === '/'),
})

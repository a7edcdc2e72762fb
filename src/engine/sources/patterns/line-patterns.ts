import type { LinePatternName } from '../../schema/source-format.ts'
import type { LineReader, LineReaderSettings } from '../line-reader.ts'
import { bulkReader } from './bulk.ts'
import { CLOUDFRONT_COLUMNS, cloudfrontReader } from './cloudfront.ts'
import type { Column } from './columns.ts'
import { CONTAINER_COLUMNS, containerReader } from './container.ts'
import { ALB_COLUMNS, albReader, CLB_COLUMNS, clbReader, NLB_COLUMNS, nlbReader } from './elb.ts'
import { logfmtReader } from './logfmt.ts'
import { S3_COLUMNS, s3AccessReader } from './s3-access.ts'
import { SYSLOG_COLUMNS, syslogReader } from './syslog.ts'
import { TEXT_COLUMNS, textReader } from './text.ts'
import { VPC_FLOW_COLUMNS, vpcFlowReader } from './vpc-flow.ts'
import {
  ACCESS_COLUMNS,
  accessReader,
  apacheErrorReader,
  ERROR_COLUMNS,
  nginxErrorReader,
} from './web-server.ts'

/** How each named line pattern is read. A file is of a pattern when the pattern's reader reads it. */
export const LINE_READERS: Readonly<
  Record<LinePatternName, (settings: LineReaderSettings) => LineReader>
> = {
  alb: albReader,
  nlb: nlbReader,
  clb: clbReader,
  's3-access': s3AccessReader,
  'vpc-flow': vpcFlowReader,
  cloudfront: cloudfrontReader,
  nginx: accessReader,
  'nginx-error': nginxErrorReader,
  'apache-error': apacheErrorReader,
  k8s: containerReader,
  syslog: syslogReader,
  logfmt: logfmtReader,
  bulk: bulkReader,
  text: textReader,
}

/** What the documents of a pattern hold, as far as the pattern itself knows. */
export const LINE_COLUMNS: Readonly<Record<LinePatternName, readonly Column[]>> = {
  alb: ALB_COLUMNS,
  nlb: NLB_COLUMNS,
  clb: CLB_COLUMNS,
  's3-access': S3_COLUMNS,
  'vpc-flow': VPC_FLOW_COLUMNS,
  cloudfront: CLOUDFRONT_COLUMNS,
  nginx: ACCESS_COLUMNS,
  'nginx-error': ERROR_COLUMNS,
  'apache-error': ERROR_COLUMNS,
  k8s: CONTAINER_COLUMNS,
  syslog: SYSLOG_COLUMNS,
  bulk: [],
  logfmt: [],
  text: TEXT_COLUMNS,
}

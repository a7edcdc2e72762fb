import type { LinePatternName } from '../../schema/source-format.ts'
import type { LineReader, LineReaderSettings } from '../line-reader.ts'
import { bulkReader } from './bulk.ts'
import { cloudfrontReader } from './cloudfront.ts'
import { containerReader } from './container.ts'
import { albReader, clbReader, nlbReader } from './elb.ts'
import { logfmtReader } from './logfmt.ts'
import { s3AccessReader } from './s3-access.ts'
import { syslogReader } from './syslog.ts'
import { textReader } from './text.ts'
import { vpcFlowReader } from './vpc-flow.ts'
import { accessReader, apacheErrorReader, nginxErrorReader } from './web-server.ts'

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

import { isJsonObject, type JsonObject } from '../../bytes/json.ts'
import { shippedConfigText } from '../../schema/shipped-configs.ts'
import type { LinePatternName, SourceFormat } from '../../schema/source-format.ts'
import type { FieldProposal } from '../infer/mapping-proposal.ts'
import { writeMappingYaml } from '../infer/mapping-yaml.ts'
import { LINE_COLUMNS } from '../patterns/line-patterns.ts'
import { CLOUDTRAIL_FIELDS, OTEL_LOG_FIELDS, OTEL_TRACE_FIELDS, WAF_FIELDS } from './json-fields.ts'
import { proposals } from './template-fields.ts'

/** A query worth having on the first day. */
interface TemplateExample {
  readonly query: string
  readonly finds: string
}

/** A ready index config for a well-known kind of file. */
export interface SourceTemplate {
  readonly name: string
  readonly summary: string
  readonly format: SourceFormat
  /** What it declares; empty for the configs that ship as text. */
  readonly fields: readonly FieldProposal[]
  readonly timestamp: string
  readonly examples: readonly TemplateExample[]
  /** Commented YAML that `parseIndexConfig` accepts. */
  yaml(indexId: string): string
}

interface TemplateFacts {
  readonly summary: string
  readonly format: SourceFormat
  readonly fields: readonly FieldProposal[]
  readonly timestamp: string
  /** Searched when a query names no field. */
  readonly searched: readonly string[]
  /** Query and what it finds; three. */
  readonly examples: readonly (readonly [query: string, finds: string])[]
}

function template(name: string, facts: TemplateFacts): SourceTemplate {
  const { summary, format, fields, timestamp, searched } = facts
  return {
    name,
    summary,
    format,
    fields,
    timestamp,
    examples: facts.examples.map(([query, finds]) => ({ query, finds })),
    yaml: (indexId) =>
      writeMappingYaml({ indexId, fields, leftDynamic: [], timestamp, searched, title: summary }),
  }
}

function ofLines(
  pattern: LinePatternName,
  facts: Pick<TemplateFacts, 'summary' | 'searched' | 'examples'> & { readonly timestamp?: string },
): SourceTemplate {
  const unique = new Map(
    LINE_COLUMNS[pattern].flatMap(proposals).map((field) => [field.name, field]),
  )
  return template(pattern, {
    timestamp: 'timestamp',
    format: { kind: 'lines', pattern },
    fields: [...unique.values()],
    ...facts,
  })
}

function shipped(
  name: string,
  indexId: string,
  facts: Pick<TemplateFacts, 'summary' | 'timestamp' | 'examples'>,
): SourceTemplate {
  const { summary, timestamp, examples } = facts
  return {
    name,
    summary,
    format: { kind: 'ndjson' },
    fields: [],
    timestamp,
    examples: examples.map(([query, finds]) => ({ query, finds })),
    yaml: (as) =>
      (shippedConfigText(indexId) ?? '').replace(`index_id: ${indexId}`, `index_id: ${as}`),
  }
}

const TEMPLATES: readonly SourceTemplate[] = [
  ofLines('nginx', {
    summary: 'Access logs of nginx and Apache, common and combined format',
    searched: ['url', 'user_agent', 'referer'],
    examples: [
      ['status:>=500', 'requests that failed on the server'],
      ['status:404 AND method:GET', 'pages that were not there'],
      ['url:login AND NOT status:200', 'logins that did not work'],
    ],
  }),
  ofLines('nginx-error', {
    summary: 'Error logs of nginx',
    searched: ['message'],
    examples: [
      ['level:error', 'errors'],
      ['message:"connection refused"', 'upstreams that were down'],
      ['level:IN [crit alert emerg]', 'what somebody has to look at'],
    ],
  }),
  ofLines('apache-error', {
    summary: 'Error logs of Apache',
    searched: ['message'],
    examples: [
      ['level:error', 'errors'],
      ['module:ssl', 'trouble with TLS'],
      ['message:denied', 'clients that were turned away'],
    ],
  }),
  ofLines('alb', {
    summary: 'Access logs of an Application Load Balancer',
    searched: ['url', 'user_agent'],
    examples: [
      ['elb_status_code:>=500', 'requests that failed'],
      ['target_processing_time:>1', 'requests that took a target more than a second'],
      ['elb_status_code:502 AND NOT target_status_code:*', 'targets that did not answer'],
    ],
  }),
  ofLines('nlb', {
    summary: 'TLS access logs of a Network Load Balancer',
    searched: ['domain_name'],
    examples: [
      ['tls_protocol_version:tlsv12', 'clients that speak TLS 1.2'],
      ['incoming_tls_alert:*', 'connections that a client broke off'],
      ['tls_handshake_time:>100', 'slow handshakes'],
    ],
  }),
  ofLines('clb', {
    summary: 'Access logs of a Classic Load Balancer',
    searched: ['url', 'user_agent'],
    examples: [
      ['elb_status_code:>=500', 'requests that failed'],
      ['backend_processing_time:>1', 'requests that took a backend more than a second'],
      ['method:POST', 'requests that send something'],
    ],
  }),
  ofLines('s3-access', {
    summary: 'Server access logs of S3',
    searched: ['key', 'user_agent'],
    examples: [
      ['status:403', 'requests that were denied'],
      ['operation:REST.DELETE.OBJECT', 'objects that were deleted'],
      ['bytes_sent:>100000000', 'downloads of more than 100 MB'],
    ],
  }),
  template('cloudtrail', {
    summary: 'CloudTrail: who did what in an AWS account',
    format: { kind: 'json', path: ['Records'] },
    fields: CLOUDTRAIL_FIELDS.flatMap(proposals),
    timestamp: 'eventTime',
    searched: ['eventName', 'eventSource', 'errorMessage', 'userAgent'],
    examples: [
      ['errorCode:AccessDenied', 'what somebody tried and was not allowed'],
      ['eventName:ConsoleLogin', 'logins to the console'],
      ['userIdentity.type:Root', 'what the root user did'],
    ],
  }),
  ofLines('vpc-flow', {
    summary: 'VPC flow logs, default or custom format',
    timestamp: 'start',
    searched: ['action', 'interface_id'],
    examples: [
      ['action:REJECT', 'traffic that was turned away'],
      ['dstport:22', 'SSH'],
      ['bytes:>10000000', 'flows of more than 10 MB'],
    ],
  }),
  ofLines('cloudfront', {
    summary: 'Standard logs of CloudFront',
    searched: ['cs_uri_stem', 'cs_user_agent', 'cs_referer'],
    examples: [
      ['x_edge_result_type:Error', 'requests that failed'],
      ['x_edge_result_type:Miss', 'requests that went to the origin'],
      ['time_taken:>1', 'requests that took more than a second'],
    ],
  }),
  template('waf', {
    summary: 'Web ACL logs of AWS WAF',
    format: { kind: 'ndjson' },
    fields: WAF_FIELDS.flatMap(proposals),
    timestamp: 'timestamp',
    searched: ['httpRequest.uri', 'terminatingRuleId'],
    examples: [
      ['action:BLOCK', 'requests that were blocked'],
      ['httpRequest.country:DE', 'requests from one country'],
      ['terminatingRuleType:RATE_BASED', 'clients that asked too often'],
    ],
  }),
  ofLines('syslog', {
    summary: 'Syslog: RFC 5424, RFC 3164, and the files that daemons write',
    searched: ['message', 'app'],
    examples: [
      ['severity:err', 'errors'],
      ['app:sshd AND message:failed', 'logins that failed'],
      ['message:"out of memory"', 'processes that the kernel killed'],
    ],
  }),
  ofLines('k8s', {
    summary: 'Container logs of Kubernetes nodes and of Docker',
    searched: ['message'],
    examples: [
      ['stream:stderr', 'what went to standard error'],
      ['message:error', 'messages that say so'],
      ['message:"connection refused"', 'services that were not there'],
    ],
  }),
  template('otel-logs', {
    summary: 'OpenTelemetry logs as collectors write them in JSON',
    format: { kind: 'otlp', signal: 'logs' },
    fields: OTEL_LOG_FIELDS.flatMap(proposals),
    timestamp: 'timestamp',
    searched: ['message'],
    examples: [
      ['severity_number:>=17', 'errors and worse'],
      ['service_name:checkout', 'one service'],
      ['trace_id:5b8efff798038103d269b633813fc60c', 'everything of one trace'],
    ],
  }),
  template('otel-traces', {
    summary: 'OpenTelemetry spans as collectors write them in JSON',
    format: { kind: 'otlp', signal: 'traces' },
    fields: OTEL_TRACE_FIELDS.flatMap(proposals),
    timestamp: 'timestamp',
    searched: ['span_name', 'service_name'],
    examples: [
      ['status:error', 'spans that failed'],
      ['duration_ms:>1000', 'spans of more than a second'],
      ['span_kind:server', 'requests that came in'],
    ],
  }),
  shipped('sales', 'mock-sales', {
    summary: 'Sales of the mock data generator',
    timestamp: 'ts',
    examples: [
      ['price:>100', 'dear things'],
      ['quantity:1', 'sales of one piece'],
      ['description:*', 'sales with a description'],
    ],
  }),
  shipped('hdfs-logs', 'hdfs-logs', {
    summary: 'Log lines of HDFS',
    timestamp: 'timestamp',
    examples: [
      ['severity_text:ERROR', 'errors'],
      ['body:exception', 'exceptions'],
      ['tenant_id:58', 'one tenant'],
    ],
  }),
]

/** Ready mappings by name. */
export const SOURCE_TEMPLATES: ReadonlyMap<string, SourceTemplate> = new Map(
  TEMPLATES.map((each) => [each.name, each]),
)

/** The template for documents that were written like this; undefined when none is meant. */
export function templateFor(
  format: SourceFormat,
  docs: readonly JsonObject[],
): SourceTemplate | undefined {
  const name = templateName(format, docs)
  return name === undefined ? undefined : SOURCE_TEMPLATES.get(name)
}

function templateName(format: SourceFormat, docs: readonly JsonObject[]): string | undefined {
  const all = (...keys: readonly string[]) => docs.every((doc) => keys.every((key) => key in doc))
  switch (format.kind) {
    case 'lines':
      return format.pattern
    case 'otlp':
      return `otel-${format.signal}`
    case 'json':
      return all('eventVersion', 'eventSource', 'eventTime') ? 'cloudtrail' : undefined
    case 'ndjson':
      if (all('eventVersion', 'eventSource', 'eventTime')) return 'cloudtrail'
      return all('webaclId', 'httpRequest', 'timestamp') && docs.every(hasObjectRequest)
        ? 'waf'
        : undefined
    case 'delimited':
    case 'parquet':
      return undefined
  }
}

function hasObjectRequest(doc: JsonObject): boolean {
  return isJsonObject(doc['httpRequest'])
}

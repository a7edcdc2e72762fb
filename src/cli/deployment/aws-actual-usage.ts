import type { FunctionUsage, MeasuredUsage, Reading } from '../../cost/actual.ts'
import { firehoseBilledBytes } from '../../cost/quantities.ts'
import { stackNameOf } from '../../deploy/naming.ts'
import type { MetricQuery } from '../../deploy/ports.ts'
import { isJsonObject } from '../../engine/bytes/json.ts'
import { isQwError, messageOf } from '../../engine/errors.ts'
import { apiGetJson } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { configOfStack } from './config-of-stack.ts'
import { directClient } from '../stack/aws-direct-client.ts'
import type { Deployment } from '../stack/aws-deployment.ts'

const DAY_MS = 86_400_000
/** A deployment of some minutes is measured, too; less says nothing. */
const MIN_DAYS = 1 / 96
const GENERATOR_MEMORY_MB = 1_024
const EPHEMERAL_GB = 0.5
/** Cold starts whose time is read from the logs. */
const MAX_INITS = 20_000
const METRICS = 'cloudwatch:GetMetricData'

/** What a deployment used in the last days, or since it was made. A figure that may not be read says
 *  which permission is missing; the others are there all the same. Without `coldStarts` no logs are
 *  read, and the time of start-ups is left out. */
export async function readActualUsage(
  context: CliContext,
  deployment: Deployment,
  days: number,
  { coldStarts }: { readonly coldStarts: boolean } = { coldStarts: true },
): Promise<MeasuredUsage> {
  const { state, session } = deployment
  const endMs = context.clock.nowMs()
  const ageDays = (endMs - state.createdMs) / DAY_MS
  const windowDays = Math.max(MIN_DAYS, Math.min(days, ageDays))
  const window = { startMs: endMs - windowDays * DAY_MS, endMs }
  const reader = new UsageReader(context, deployment, window)
  const config = configOfStack(state, session)
  const { functions } = config
  const { IndexerFunction, SearcherFunction, GeneratorFunction, QueueUrl } = state.outputs
  const logsOf = (output: string): string | undefined =>
    coldStarts ? state.outputs[output] : undefined
  const [indexer, searcher, generator] = await Promise.all([
    reader.lambda(IndexerFunction, logsOf('IndexerLogs'), functions.indexerMemoryMb),
    reader.lambda(SearcherFunction, logsOf('SearcherLogs'), functions.searcherMemoryMb),
    reader.lambda(GeneratorFunction, logsOf('GeneratorLogs'), GENERATOR_MEMORY_MB),
  ])
  const [indexBytes, stagingBytes, logIngestedBytes, logStoredBytes, restApiCalls, queueRequests] =
    await Promise.all([
      reader.indexBytes(),
      reader.bucketBytes(state.outputs['StagingBucket'] ?? ''),
      reader.logsIngested(),
      reader.logsStored(),
      reader.apiCalls(),
      reader.queueRequests(QueueUrl?.split('/').at(-1) ?? ''),
    ])
  return {
    windowDays,
    region: session.region,
    arch: functions.arch,
    indexer,
    searcher,
    ...(GeneratorFunction === undefined ? {} : { generator }),
    indexBytes,
    stagingBytes,
    s3Writes: absent('S3 counts requests only where paid metrics are on'),
    s3Reads: absent('S3 counts requests only where paid metrics are on'),
    restApiCalls,
    logIngestedBytes,
    logStoredBytes,
    dataOutBytes: absent('no metric tells it'),
    queueRequests,
    scheduleInvocations: generator.invocations,
    secrets: known(config.api ? 1 : 0, 'stack'),
    alarms: known({ none: 0, essential: 3, all: 5 }[config.alarms], 'stack'),
    keys: known(config.notifyEmail === undefined ? 0 : 1, 'stack'),
    firehoseBytes: await reader.firehoseBytes(state.outputs['FirehoseStream']),
  }
}

interface Window {
  readonly startMs: number
  readonly endMs: number
}

class UsageReader {
  readonly #context: CliContext
  readonly #deployment: Deployment
  readonly #window: Window

  constructor(context: CliContext, deployment: Deployment, window: Window) {
    this.#context = context
    this.#deployment = deployment
    this.#window = window
  }

  async lambda(
    name: string | undefined,
    logGroup: string | undefined,
    memoryMb: number,
  ): Promise<FunctionUsage> {
    const metric = (metricName: string): Promise<Reading> =>
      this.#sum([query('AWS/Lambda', metricName, { FunctionName: name ?? '' })], metricName)
    const [invocations, durationMs, initMs] = await Promise.all([
      metric('Invocations'),
      metric('Duration'),
      this.#initMs(logGroup),
    ])
    return { memoryMb, ephemeralGb: EPHEMERAL_GB, invocations, durationMs, initMs }
  }

  async indexBytes(): Promise<Reading> {
    return await attempt('s3:GetObject', 'metastore', async () => {
      const client = directClient(this.#context, this.#deployment)
      const all = await apiGetJson(client, '/indexes?format=json', this.#context.signal)
      let total = 0
      for (const metadata of Array.isArray(all) ? all : []) {
        const config = isJsonObject(metadata) ? metadata['index_config'] : undefined
        const id = isJsonObject(config) ? config['index_id'] : undefined
        if (typeof id !== 'string') continue
        const path = `/indexes/${encodeURIComponent(id)}/describe?format=json`
        const stats = await apiGetJson(client, path, this.#context.signal)
        total += isJsonObject(stats) ? Number(stats['size_published_splits'] ?? 0) : 0
      }
      return total
    })
  }

  async bucketBytes(bucket: string): Promise<Reading> {
    return await attempt('s3:ListBucket', 'S3 listing', async () => {
      let total = 0
      const store = this.#deployment.session.openBucket(bucket)
      for await (const info of store.list('', this.#context.signal)) total += info.sizeBytes
      return total
    })
  }

  async logsIngested(): Promise<Reading> {
    const { IndexerLogs, SearcherLogs, GeneratorLogs } = this.#deployment.state.outputs
    const groups = [IndexerLogs, SearcherLogs, GeneratorLogs].filter((group) => group !== undefined)
    const queries = groups.map((LogGroupName) =>
      query('AWS/Logs', 'IncomingBytes', { LogGroupName }),
    )
    return await this.#sum(queries, 'IncomingBytes')
  }

  async logsStored(): Promise<Reading> {
    const { session, name } = this.#deployment
    return await attempt('logs:DescribeLogGroups', 'log groups', async () => {
      const groups = await session.ports.logs.groups(`${stackNameOf(name)}-`)
      return groups.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
    })
  }

  async apiCalls(): Promise<Reading> {
    const { state } = this.#deployment
    if (state.outputs['ApiUrl'] === undefined) return known(0, 'no API')
    return await this.#sum([query('AWS/ApiGateway', 'Count', { ApiName: state.name })], 'Count')
  }

  /** CloudWatch counts bytes and records, not what is billed: with records under a step, which is what
   *  single documents are, the steps of all records are exact; else the bytes are the least. */
  async firehoseBytes(stream: string | undefined): Promise<Reading> {
    if (stream === undefined) return known(0, 'no delivery stream')
    const dimensions = { DeliveryStreamName: stream }
    const [bytes, records] = await Promise.all([
      this.#sum([query('AWS/Firehose', 'IncomingBytes', dimensions)], 'Firehose bytes'),
      this.#sum([query('AWS/Firehose', 'IncomingRecords', dimensions)], 'Firehose records'),
    ])
    if (bytes.state !== 'read' || records.state !== 'read') return bytes
    if (records.value === 0) return bytes
    const billed = records.value * firehoseBilledBytes(bytes.value / records.value)
    return known(billed, 'CloudWatch Firehose bytes and records')
  }

  async queueRequests(queue: string): Promise<Reading> {
    const names = [
      'NumberOfEmptyReceives',
      'NumberOfMessagesReceived',
      'NumberOfMessagesSent',
      'NumberOfMessagesDeleted',
    ]
    return await this.#sum(
      names.map((name) => query('AWS/SQS', name, { QueueName: queue })),
      'SQS counts',
    )
  }

  /** CloudWatch's Duration leaves start-up out; the line that AWS writes for each invocation has it. */
  async #initMs(logGroup: string | undefined): Promise<Reading> {
    if (logGroup === undefined) return known(0, 'not read')
    return await attempt('logs:FilterLogEvents', 'log REPORT lines', async () => {
      const { logs } = this.#deployment.session.ports
      const lines = logs.lines(
        { group: logGroup, ...this.#window, pattern: '"Init Duration"' },
        this.#context.signal,
      )
      let total = 0
      let count = 0
      for await (const { text } of lines) {
        total += Number(/Init Duration: ([\d.]+) ms/.exec(text)?.[1] ?? 0)
        if (++count === MAX_INITS) break
      }
      return total
    })
  }

  async #sum(queries: readonly MetricQuery[], what: string): Promise<Reading> {
    return await attempt(METRICS, `CloudWatch ${what}`, async () => {
      const values = await this.#deployment.session.ports.metrics.read(queries, this.#window)
      // Nothing happened: CloudWatch has no point then.
      return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
    })
  }
}

function query(
  namespace: string,
  metric: string,
  dimensions: Readonly<Record<string, string>>,
): MetricQuery {
  return { namespace, metric, dimensions, statistic: 'Sum' }
}

async function attempt(
  permission: string,
  source: string,
  read: () => Promise<number>,
): Promise<Reading> {
  try {
    return known(await read(), source)
  } catch (error) {
    if (isQwError(error, 'notFound')) return known(0, source)
    if (isQwError(error) && error.code?.startsWith('PERM-') === true) {
      return { state: 'forbidden', permission }
    }
    return absent(messageOf(error))
  }
}

function known(value: number, source: string): Reading {
  return { state: 'read', value, source }
}

function absent(reason: string): Reading {
  return { state: 'absent', reason }
}

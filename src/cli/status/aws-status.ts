import {
  deploymentNameOf,
  findDeployment,
  readStatus,
  type DeploymentStatus,
  type StatusWarning,
} from '../../deploy/status.ts'
import { isJsonObject, type JsonObject } from '../../engine/bytes/json.ts'
import { isQwError } from '../../engine/errors.ts'
import type { RunSummary } from '../../engine/metastore/run-summary.ts'
import { apiGetJson } from '../stack/api-client.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { formatBytes, plural } from '../format/number.ts'
import { printJson, printRows } from '../command/rows.ts'
import { cloudMetastore, directClient } from '../stack/aws-direct-client.ts'
import { monthCost, type MonthCost } from './aws-month-cost.ts'
import { currentDeployment, type Deployment } from '../stack/aws-deployment.ts'
import { openAwsSession } from '../stack/aws-session.ts'

export interface AwsStatusOptions {
  /** Ask again this often until interrupted; undefined: once. */
  readonly watchMs?: number | undefined
  /** Exit 12 on any warning. */
  readonly exitStatus?: boolean | undefined
}

/** One screen about the deployment in AWS. */
export async function awsStatus(
  context: CliContext,
  options: AwsStatusOptions = {},
): Promise<ExitCode> {
  let cost: Promise<MonthCost> | undefined
  for (;;) {
    const deployment = await currentDeployment(context)
    // Metrics cost money to read, and a month does not change between two looks.
    cost ??= monthCost(context, deployment)
    const facts = await readFacts(context, deployment, cost)
    if (context.format === 'json') await printJson(context, documentOf(context, facts))
    else await context.out.write(screenOf(context, facts))
    if (options.watchMs === undefined) {
      return options.exitStatus === true && facts.warnings.length > 0 ? EXIT.check : EXIT.ok
    }
    await context.clock.sleep(options.watchMs, context.signal)
  }
}

/** Every deployment of the account in this Region. */
export async function awsList(context: CliContext): Promise<void> {
  const session = await openAwsSession(context)
  const states = await session.ports.stacks.list()
  const rows = states.map((state) => ({
    name: deploymentNameOf(state),
    target: 'aws',
    region: session.region,
    status: state.status,
    version: state.tags['qw-lambda:version'] ?? null,
    changed: new Date(state.changedMs).toISOString(),
  }))
  if (context.format === 'json') return await printJson(context, rows)
  const columns = ['name', 'region', 'status', 'version', 'changed'].map((name) => ({ name }))
  await printRows(
    context,
    columns,
    rows.map((row) => [row.name, row.region, row.status, row.version ?? '', row.changed]),
  )
}

interface IndexLine {
  readonly id: string
  readonly docs: number
  readonly splits: number
  readonly bytes: number
  readonly min_ts: number | null
  readonly max_ts: number | null
  readonly lag_s: number | null
}

interface StatusFacts {
  readonly deployment: Deployment
  readonly status: DeploymentStatus
  readonly indexes: readonly IndexLine[]
  readonly lastRun: RunSummary | undefined
  readonly cost: MonthCost
  readonly warnings: readonly StatusWarning[]
}

async function readFacts(
  context: CliContext,
  deployment: Deployment,
  costing: Promise<MonthCost>,
): Promise<StatusFacts> {
  const { session, name } = deployment
  const [status, data, cost] = await Promise.all([
    readStatus(name, session.ports),
    readIndexes(context, deployment),
    costing,
  ])
  const warnings: StatusWarning[] = [...status.warnings, ...data.warnings]
  if (status.version !== undefined && status.version !== context.version) {
    const message = `deployed by ${status.version}, this is ${context.version}`
    warnings.push({ code: 'UPDATE-AVAILABLE', message, fix: 'qw-lambda deploy' })
  }
  return {
    deployment,
    status,
    ...data,
    cost,
    warnings,
  }
}

/** Read straight from the bucket: a status must not start a function, nor wait for its cache. */
async function readIndexes(
  context: CliContext,
  deployment: Deployment,
): Promise<Pick<StatusFacts, 'indexes' | 'lastRun' | 'warnings'>> {
  if (deployment.state.outputs['IndexBucket'] === undefined) {
    return { indexes: [], lastRun: undefined, warnings: [] }
  }
  try {
    const client = directClient(context, deployment)
    const metastore = cloudMetastore(context, deployment)
    const files = await metastore.listIndexes(['*'], context.signal)
    const indexes = await Promise.all(
      files.map(async ({ metadata }) => {
        const path = `/indexes/${encodeURIComponent(metadata.indexId)}/describe?format=json`
        const stats = await apiGetJson(client, path, context.signal)
        return indexLine(metadata.indexId, isJsonObject(stats) ? stats : {}, context.clock.nowMs())
      }),
    )
    const runs = files.flatMap((file) => file.runs.slice(0, 1))
    const [lastRun] = runs.toSorted((a, b) => b.updatedMs - a.updatedMs)
    const warnings = indexes.every(({ docs }) => docs === 0) ? [emptyWarning(deployment)] : []
    return { indexes, lastRun, warnings }
  } catch (error) {
    if (!isQwError(error)) throw error
    const fix = error.fix ?? 'qw-lambda doctor'
    return {
      indexes: [],
      lastRun: undefined,
      warnings: [{ code: error.code ?? 'INDEX-UNREAD', message: error.message, fix }],
    }
  }
}

function emptyWarning({ state }: Deployment): StatusWarning {
  const hasGenerator = state.outputs['GeneratorFunction'] !== undefined
  return {
    code: 'INDEX-EMPTY',
    message: 'nothing is indexed yet',
    fix: hasGenerator ? 'qw-lambda generator run' : 'qw-lambda ingest <file>',
  }
}

function indexLine(id: string, stats: JsonObject, nowMs: number): IndexLine {
  const number = (name: string): number => Number(stats[name] ?? 0)
  const time = (name: string): number | null => (stats[name] == null ? null : Number(stats[name]))
  const newest = time('max_timestamp')
  return {
    id,
    docs: number('num_published_docs'),
    splits: number('num_published_splits'),
    bytes: number('size_published_splits'),
    min_ts: time('min_timestamp'),
    max_ts: newest,
    lag_s: newest === null ? null : Math.max(0, Math.round(nowMs / 1_000 - newest)),
  }
}

function documentOf(context: CliContext, facts: StatusFacts) {
  const { deployment, status, indexes, lastRun, warnings } = facts
  const { generator, queue, deadLetters } = status
  return {
    schema: 'qw-lambda/status/1',
    deployment: {
      name: deployment.name,
      target: 'aws',
      region: deployment.session.region,
      status: status.stack.status,
      cli_version: context.version,
      version: status.version ?? null,
      api_url: status.stack.outputs['ApiUrl'] ?? null,
      page_url: status.stack.outputs['PageUrl'] ?? null,
      indexing: status.indexing ?? null,
    },
    indexes,
    ingest: {
      last_run: lastRun ?? null,
      source: sourceDocument(status),
      waiting: queue === undefined ? null : queue.waiting + queue.inFlight,
      oldest_s: status.oldestSeconds ?? null,
      failures: deadLetters?.waiting ?? null,
      generator:
        generator === undefined
          ? { state: 'none', schedule: null }
          : {
              state: generator.state === 'enabled' ? 'on' : 'paused',
              schedule: generator.expression,
            },
    },
    search: {},
    cost: {
      mtd_usd: facts.cost.monthToDateUsd ?? null,
      projected_usd: facts.cost.projectedUsd ?? null,
    },
    warnings,
  }
}

function screenOf(context: CliContext, facts: StatusFacts): string {
  const { deployment, status, indexes, lastRun, warnings } = facts
  const { paint } = context.out.style
  const page = status.stack.outputs['PageUrl']
  const line = (name: string, text: string): string => `${name.padEnd(10)}${text}\n`
  const { queue, generator } = status
  const waiting = queue === undefined ? 0 : queue.waiting + queue.inFlight
  const oldest =
    status.oldestSeconds === undefined
      ? ''
      : `, the oldest for ${formatDuration(status.oldestSeconds * 1_000)}`
  const lines = [
    `${paint.bold(deployment.name)}  aws  ${deployment.session.region}  ${status.stack.status}\n`,
    line('api', status.stack.outputs['ApiUrl'] ?? 'none (search --via lambda)'),
    ...(page === undefined ? [] : [line('page', page)]),
    ...indexes.map((index) => {
      const age =
        index.lag_s === null ? 'no time' : `newest ${formatDuration(index.lag_s * 1_000)} ago`
      return line(
        'index',
        `${index.id}: ${plural(index.docs, 'document')}, ${plural(index.splits, 'split')}, ${formatBytes(index.bytes)}, ${age}`,
      )
    }),
    ...(indexes.length === 0 ? [line('index', 'none yet')] : []),
    line(
      'ingest',
      `${lastRun === undefined ? 'no run yet' : `last run ${lastRun.state}, ${plural(lastRun.docCount, 'document')}, ${lastRun.rejectedCount} rejected`}; ${plural(waiting, 'file')} waiting${oldest}`,
    ),
    ...(status.source === undefined ? [] : [line('source', sourceText(status.source))]),
    line(
      'generator',
      generator === undefined
        ? 'none'
        : `${generator.state === 'enabled' ? 'on' : 'paused'}, ${generator.expression}`,
    ),
    line('cost', facts.cost.text),
    ...warnings.map(({ message, fix }) => `${paint.yellow('!')} ${message}\n  ${fix}\n`),
  ]
  return lines.join('')
}

type Source = NonNullable<DeploymentStatus['source']>

function sourceText({ bucket, prefix, events, standing }: Source): string {
  const by = events === 'eventbridge' ? 'by EventBridge' : 'by a notification of the bucket'
  const state = {
    set: `new objects come ${by}`,
    missing: 'new objects do not come',
    unread: 'its notifications may not be read',
  }[standing]
  return `s3://${bucket}/${prefix}: ${state}`
}

function sourceDocument({ source }: DeploymentStatus) {
  if (source === undefined) return null
  const { bucket, prefix, events, standing } = source
  return { uri: `s3://${bucket}/${prefix}`, events, state: standing }
}

/** What the user's settings have to hold for a deployment to be meant from now on. */
export async function namedDeployment(
  context: CliContext,
  name: string,
): Promise<{ readonly name: string; readonly target: 'aws'; readonly region: string }> {
  const { ports, region } = await openAwsSession(context)
  await findDeployment(name, ports.stacks)
  return { name, target: 'aws', region }
}

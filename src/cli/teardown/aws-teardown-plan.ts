import { formatUsd } from '../../cost/format.ts'
import { stackNameOf } from '../../deploy/naming.ts'
import type { StackState } from '../../deploy/ports.ts'
import { isQwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { configOfStack } from '../deployment/config-of-stack.ts'
import { estimateOf } from '../deployment/estimate.ts'
import type { AwsSession } from '../stack/aws-session.ts'

/** Keys that are counted before "more than" is said: ten listing requests. */
const COUNTED_KEYS = 10_000

/** `<index_id>/snapshots/<snapshot_id>.json` (engine/metastore/layout.ts), below the bucket's prefix. */
const SNAPSHOT_KEY = /\/snapshots\/[^/]+\.json$/

interface TeardownPlanFacts {
  readonly name: string
  readonly state: StackState | undefined
  readonly keepIndex: boolean
}

/** What would go, what it holds, what stops costing, and what is not touched. */
export async function showTeardownPlan(
  context: CliContext,
  session: AwsSession,
  { name, state, keepIndex }: TeardownPlanFacts,
): Promise<void> {
  const { report } = context
  if (state === undefined) {
    report.note(
      `The stack of ${name} is gone in ${session.region}: sweeping what may be left of it.`,
    )
    return
  }
  const phase = report.phase(`Looking at ${name}`)
  const resources = await session.ports.stacks.resources(state.stackId)
  const groups = await session.ports.logs.groups(`${stackNameOf(name)}-`)
  const logBytes = groups.reduce((sum, { storedBytes }) => sum + storedBytes, 0)
  const { IndexBucket: index, StagingBucket: staging } = state.outputs
  const lines: string[] = []
  for (const [what, bucket] of [
    ['index', index],
    ['staged files', staging],
  ] as const) {
    if (bucket === undefined) continue
    const isKept = keepIndex && bucket === index
    lines.push(
      `  ${what.padEnd(13)}${await contentOf(context, session, bucket)} in ${bucket}${isKept ? ' (kept)' : ''}`,
    )
  }
  phase.succeed(`${name} in ${session.region}: ${state.status}`)
  report.note(`Will remove ${plural(resources.length, 'resource')} and their data:`)
  for (const line of lines) report.note(line)
  report.note(`  logs         ${plural(groups.length, 'group')}, ${formatBytes(logBytes)}`)
  const usd = monthlyUsd(state, session)
  if (usd !== undefined) report.note(`  cost         about ${formatUsd(usd)} a month ends`)
  const source = state.parameters['SourceBucket'] ?? ''
  const others = source === '' ? '' : `, the bucket ${source}`
  report.note(`  not touched  your source files${others}, ${context.settings.projectPath}`)
}

async function contentOf(
  context: CliContext,
  session: AwsSession,
  bucket: string,
): Promise<string> {
  let count = 0
  let bytes = 0
  let snapshotCount = 0
  try {
    for await (const info of session.openBucket(bucket).list('', context.signal)) {
      count++
      bytes += info.sizeBytes
      if (SNAPSHOT_KEY.test(info.key)) snapshotCount++
      if (count === COUNTED_KEYS) return `more than ${formatCount(count)} objects`
    }
  } catch (error) {
    // A bucket that is gone already, or that may not be listed, is told so by the deletion itself.
    if (!isQwError(error) || context.signal.aborted) throw error
    return 'unknown'
  }
  const snapshots = snapshotCount === 0 ? '' : ` (${plural(snapshotCount, 'snapshot')} too)`
  return `${plural(count, 'object')}, ${formatBytes(bytes)}${snapshots}`
}

function monthlyUsd(state: StackState, session: AwsSession): number | undefined {
  try {
    return estimateOf(configOfStack(state, session)).usdPerMonth
  } catch (error) {
    if (!isQwError(error, 'invalid')) throw error
    return undefined
  }
}

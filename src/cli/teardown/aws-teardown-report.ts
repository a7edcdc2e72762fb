import { leftoverCost } from '../../cost/leftovers.ts'
import type { Leftover } from '../../deploy/leftovers.ts'
import type { TeardownResult } from '../../deploy/teardown.ts'
import type { CliContext } from '../command/context.ts'
import { formatBytes, plural } from '../format/number.ts'
import { printJson, printRows } from '../command/rows.ts'

/** The proof: nothing left, or each leftover with its cost and the command that removes it. */
export async function printTeardown(
  context: CliContext,
  result: TeardownResult,
  { name, elapsedMs }: { readonly name: string; readonly elapsedMs: number },
): Promise<void> {
  if (context.format === 'json') {
    return await printJson(context, {
      schema: 'qw-lambda/teardown/1',
      removed: result.removed,
      kept: result.kept,
      leftovers: result.leftovers.map(leftoverDocument),
      objects_deleted: result.objectsDeleted,
      bytes_deleted: result.bytesDeleted,
      elapsed_ms: Math.round(elapsedMs),
    })
  }
  const { report, out } = context
  report.note(
    `Removed ${plural(result.removed.length, 'resource')}, ${plural(result.objectsDeleted, 'object')} (${formatBytes(result.bytesDeleted)})`,
  )
  for (const { id } of result.kept) {
    report.note(`Kept the bucket ${id}: its storage goes on costing $0.023 per GB a month.`)
    report.hint(
      `Search it: copy it into a new deployment's index bucket (aws s3 sync s3://${id} s3://…)`,
    )
  }
  if (result.leftovers.length === 0) {
    const cost = result.kept.length === 0 ? '$0.00 a month' : 'the storage of what was kept'
    await out.write(`Nothing left of ${name}. Cost from now on: ${cost}.\n`)
    return
  }
  await printLeftovers(context, result.leftovers)
  report.warn(
    `${plural(result.leftovers.length, 'resource')} of ${name} remain`,
    'run teardown again in some minutes, or use the commands above',
  )
}

async function printLeftovers(context: CliContext, leftovers: readonly Leftover[]): Promise<void> {
  const columns = ['type', 'id', 'why', 'a month', 'remove it with'].map((name) => ({ name }))
  const rows = leftovers.map((each) => [
    each.type,
    each.arn,
    each.reason,
    costOf(each).usdText,
    each.command,
  ])
  await printRows(context, columns, rows, 'blocks')
}

function leftoverDocument(leftover: Leftover) {
  return {
    type: leftover.type,
    id: leftover.arn,
    reason: leftover.reason,
    usd_month: costOf(leftover).usdPerMonth ?? null,
    command: leftover.command,
  }
}

/** Bytes are not known any more; everything else counts once. */
function costOf({ type }: Leftover) {
  const isByBytes = type === 'AWS::S3::Bucket' || type === 'AWS::Logs::LogGroup'
  return leftoverCost(type, isByBytes ? undefined : 1)
}

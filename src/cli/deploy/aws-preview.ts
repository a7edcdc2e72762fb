import { previewPlan } from '../../deploy/apply.ts'
import type { ResourceChange } from '../../deploy/ports.ts'
import type { CliContext } from '../command/context.ts'
import { printJson } from '../command/rows.ts'
import { drawEvents } from '../deployment/draw-events.ts'
import { estimateOf } from '../deployment/estimate.ts'
import type { PreparedDeploy } from '../deployment/prepare-deploy.ts'
import { indexChangeJson, showIndexChange } from '../deployment/index-change.ts'
import { costDifference, showChanges, showNewDeployment } from '../deployment/show-plan.ts'

/** What deploying would change. A deployment that does not exist yet is all new, and nothing is
 *  uploaded to find that out. */
export async function previewChanges(
  context: CliContext,
  prepared: PreparedDeploy,
): Promise<readonly ResourceChange[]> {
  const { plan, stack, session } = prepared
  if (stack === undefined) {
    return plan.resources.map((resource) => ({
      ...resource,
      action: 'add' as const,
      physicalId: undefined,
      replacement: 'no' as const,
    }))
  }
  const events = previewPlan(plan, session.ports, context.signal)
  return (await drawEvents(context, events)).changes
}

/** The answer of `diff`, `deploy --dry-run` and `deploy --check`. */
export async function printDiff(
  context: CliContext,
  prepared: PreparedDeploy,
  changes: readonly ResourceChange[],
): Promise<void> {
  if (context.format === 'json') {
    return await printJson(context, {
      schema: 'qw-lambda/diff/1',
      stack: prepared.config.name,
      region: prepared.identity.region,
      changes: changes.map((change) => ({
        logical: change.logicalId,
        type: change.type,
        action: change.action,
        replacement: change.replacement,
      })),
      index: indexChangeJson(prepared.indexChange),
      estimate_usd_month: estimateOf(prepared.config).usdPerMonth,
      difference_usd_month: costDifference(prepared) ?? null,
    })
  }
  if (prepared.stack === undefined) return showNewDeployment(context, prepared)
  showChanges(context, prepared, changes)
  showIndexChange(context, prepared.indexChange)
}

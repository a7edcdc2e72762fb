import { actualCost, type ActualCost } from '../../cost/actual.ts'
import type { CostAssumptions } from '../../cost/assumptions.ts'
import type { FreeTier } from '../../cost/pricing.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import type { CliContext } from '../command/context.ts'
import { readActualUsage } from './aws-actual-usage.ts'
import { configOfStack } from './config-of-stack.ts'
import { assumptionsOf } from './estimate.ts'
import { currentDeployment } from '../stack/aws-deployment.ts'

const DAY_MS = 86_400_000

export interface DeploymentCost {
  /** Assumptions that describe the deployment as it is. */
  readonly assumptions: CostAssumptions
  readonly actual: ActualCost
}

/** The third column of `cost-estimate`: what the deployment used, scaled to a month and priced. */
export async function deploymentCost(
  context: CliContext,
  { days, freeTier }: { readonly days: number; readonly freeTier: FreeTier },
): Promise<DeploymentCost> {
  const deployment = await currentDeployment(context)
  const phase = context.report.phase(`Reading what ${deployment.name} used`)
  const usage = await readActualUsage(context, deployment, days).catch((error: unknown) => {
    phase.fail()
    throw error
  })
  phase.succeed(`Read the last ${formatDuration(usage.windowDays * DAY_MS)} of ${deployment.name}`)
  const config = configOfStack(deployment.state, deployment.session)
  return { assumptions: assumptionsOf(config), actual: actualCost(usage, { freeTier }) }
}

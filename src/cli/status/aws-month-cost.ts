import { actualCost } from '../../cost/actual.ts'
import { formatUsd } from '../../cost/format.ts'
import { MONTH_DAYS } from '../../cost/month.ts'
import { isQwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { readActualUsage } from '../deployment/aws-actual-usage.ts'
import { configOfStack } from '../deployment/config-of-stack.ts'
import { estimateOf } from '../deployment/estimate.ts'
import type { Deployment } from '../stack/aws-deployment.ts'

const DAY_MS = 86_400_000
/** Less than this is not multiplied to a month. */
const MIN_PROJECTED_DAYS = 1

/** What a deployment costs, as `status` tells it in one line. */
export interface MonthCost {
  /** Since the month began, in UTC as AWS bills it, or since the deployment was made. S3 requests and
   *  data out have no metric and are left out. Undefined when figures may not be read. */
  readonly monthToDateUsd: number | undefined
  /** A whole month: at the measured pace, or before that has been a day, as assumed. */
  readonly projectedUsd: number | undefined
  readonly text: string
}

export async function monthCost(context: CliContext, deployment: Deployment): Promise<MonthCost> {
  const assumedUsd = estimateUsd(deployment)
  // Parameters of a version that this one does not know: nothing can be reckoned then.
  if (assumedUsd === undefined) {
    const text = 'unknown: deployed by another version of qw-lambda'
    return { monthToDateUsd: undefined, projectedUsd: undefined, text }
  }
  const assumed = `about ${formatUsd(assumedUsd)} a month assumed`
  const days = monthDays(context.clock.nowMs())
  const usage = await readActualUsage(context, deployment, days, { coldStarts: false })
  const { totalUsd, missingPermissions } = actualCost(usage)
  if (missingPermissions.length > 0) {
    return {
      monthToDateUsd: undefined,
      projectedUsd: assumedUsd,
      text: `${assumed}; month to date needs ${missingPermissions.join(', ')}`,
    }
  }
  const monthToDateUsd = (totalUsd * usage.windowDays) / MONTH_DAYS
  const soFar = `${formatUsd(monthToDateUsd)} this month to date`
  if (usage.windowDays < MIN_PROJECTED_DAYS) {
    return { monthToDateUsd, projectedUsd: assumedUsd, text: `${soFar}, ${assumed}` }
  }
  const text = `${soFar}, ${formatUsd(totalUsd)} a month at this pace (S3 requests apart)`
  return { monthToDateUsd, projectedUsd: totalUsd, text }
}

/** Days since the month began, in UTC. */
function monthDays(nowMs: number): number {
  const now = new Date(nowMs)
  return (nowMs - Date.UTC(now.getUTCFullYear(), now.getUTCMonth())) / DAY_MS
}

function estimateUsd({ state, session }: Deployment): number | undefined {
  try {
    return estimateOf(configOfStack(state, session)).usdPerMonth
  } catch (error) {
    if (!isQwError(error, 'invalid')) throw error
    return undefined
  }
}

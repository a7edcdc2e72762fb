import type { CostService } from '../../api/cost-routes.ts'
import type { CliContext } from '../command/context.ts'
import { deploymentCost } from '../deployment/aws-actual-cost.ts'
import { checkedAssumptions } from '../stack/checked-assumptions.ts'
import { costJson, searchCostJson } from './served-cost.ts'

const DAYS = 7
/** Figures of CloudWatch come minutes late, and each look at them is billed. */
const KEPT_MS = 10 * 60_000

type Looked = { readonly atMs: number; readonly found: ReturnType<typeof deploymentCost> }

/** What a deployment used, and what it is estimated to cost. */
export function deployedCost(context: CliContext): CostService {
  let last: Looked | undefined
  const month: CostService['month'] = async (given) => {
    const nowMs = context.clock.nowMs()
    if (last === undefined || nowMs - last.atMs > KEPT_MS) {
      const found = deploymentCost(context, { days: DAYS, freeTier: 'none' })
      last = { atMs: nowMs, found }
      // Whatever was in the way may be gone the next time.
      found.catch(() => (last = undefined))
    }
    const { assumptions, actual } = await last.found
    return costJson(checkedAssumptions(assumptions, given), actual)
  }
  return { month, search: searchCostJson }
}

import { DEFAULT_ASSUMPTIONS, type CostAssumptions } from '../../cost/assumptions.ts'
import { formatUsd } from '../../cost/format.ts'
import { estimateCost } from '../../cost/model.ts'
import { regionBook } from '../../cost/region-prices.ts'
import { IDLE_STACK, standingCostPerMonth } from '../../cost/standing.ts'
import type { DeploymentConfig } from '../../deploy/deployment-config.ts'

const ALARM_COUNTS: Readonly<Record<DeploymentConfig['alarms'], number>> = {
  none: 0,
  essential: 3,
  all: 5,
}

/** What the cost model needs to know of a deployment; traffic is assumed as documented there. */
export function assumptionsOf(config: DeploymentConfig): CostAssumptions {
  const { functions, generator, index } = config
  return {
    ...DEFAULT_ASSUMPTIONS,
    region: config.region,
    arch: functions.arch,
    indexerMemoryMb: functions.indexerMemoryMb,
    searcherMemoryMb: functions.searcherMemoryMb,
    retentionDays: index.retentionDays === 0 ? 'forever' : index.retentionDays,
    generatorOn: generator !== undefined,
    everySeconds: generator === undefined ? 'never' : generator.everyMinutes * 60,
    ...(generator === undefined ? {} : { docsPerBatch: generator.docs }),
    httpShare: config.api ? 1 : 0,
    secrets: config.api ? 1 : 0,
    alarms: ALARM_COUNTS[config.alarms],
    logRetentionDays: config.logRetentionDays,
    keys: config.notifyEmail === undefined ? 0 : 1,
    // How much will be put is not known before it is.
    firehoseRecords: config.firehose ? undefined : 0,
  }
}

interface DeploymentEstimate {
  /** With the sample stream and the model's assumed queries. */
  readonly usdPerMonth: number
  /** `$6.57 a month with …` */
  readonly text: string
}

export function estimateOf(config: DeploymentConfig): DeploymentEstimate {
  const estimate = estimateCost(assumptionsOf(config))
  const shape = {
    ...IDLE_STACK,
    secrets: config.api ? 1 : 0,
    keys: config.notifyEmail === undefined ? 0 : 1,
    alarms: ALARM_COUNTS[config.alarms],
  }
  const idle = standingCostPerMonth(shape, regionBook(config.region).book)
  const { queriesPerMonth } = estimate.assumptions
  const stream =
    config.generator === undefined
      ? 'no sample stream'
      : `a batch of ${config.generator.docs.toLocaleString('en-US')} documents every ${config.generator.everyMinutes} min`
  const note = estimate.region.exact ? '' : ` (prices of ${estimate.region.priced})`
  return {
    usdPerMonth: estimate.totalUsd,
    text: `about ${formatUsd(estimate.totalUsd)} a month with ${stream} and ${queriesPerMonth.toLocaleString('en-US')} queries; ${formatUsd(idle.usd)} when idle${note}`,
  }
}

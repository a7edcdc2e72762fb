import type { CostAssumptions } from './assumptions.ts'
import { formatQuantity } from './format.ts'
import { ONE_VCPU_MB } from './measured.ts'
import { type EstimateOptions, estimateCost } from './model.ts'

/** One change to a deployment and what it takes off the monthly bill. */
export interface Lever {
  readonly id: string
  /** The change in words, with its price in comfort where it has one. */
  readonly change: string
  readonly savesUsd: number
  /** The assumptions after the change, for a what-if. */
  readonly assumptions: CostAssumptions
}

interface LeverRule {
  readonly id: string
  readonly change: (a: CostAssumptions) => string
  /** `undefined` when the change is already made or makes no sense. */
  readonly apply: (a: CostAssumptions) => CostAssumptions | undefined
}

const SHORT_RETENTION_DAYS = 7
const SHORT_LOG_RETENTION_DAYS = 3
const LONGER_INTERVAL = 3
/** Less than a cent is no reason to change anything. */
const NOISE_USD = 0.01

const RULES: readonly LeverRule[] = [
  {
    id: 'arm64',
    change: () => 'run the functions on arm64',
    apply: (a) => (a.arch === 'arm64' ? undefined : { ...a, arch: 'arm64' }),
  },
  {
    id: 'searcher_memory',
    change: () =>
      `searcher memory to ${ONE_VCPU_MB} MB: one vCPU, all that one search thread can use`,
    apply: (a) =>
      a.searcherMemoryMb <= ONE_VCPU_MB ? undefined : { ...a, searcherMemoryMb: ONE_VCPU_MB },
  },
  {
    id: 'indexer_memory',
    change: () =>
      `indexer memory to ${ONE_VCPU_MB} MB: one vCPU, all that one indexing thread can use`,
    apply: (a) =>
      a.indexerMemoryMb <= ONE_VCPU_MB ? undefined : { ...a, indexerMemoryMb: ONE_VCPU_MB },
  },
  {
    id: 'pause_generator',
    change: () =>
      'pause the sample generator, when nothing else feeds the index; what is stored goes as its retention ends',
    apply: (a) =>
      a.generatorOn && a.everySeconds !== 'never'
        ? { ...a, generatorOn: false, everySeconds: 'never' }
        : undefined,
  },
  {
    id: 'retention',
    change: () => `keep data for ${SHORT_RETENTION_DAYS} days`,
    apply: (a) =>
      a.retentionDays === 'forever' || a.retentionDays > SHORT_RETENTION_DAYS
        ? { ...a, retentionDays: SHORT_RETENTION_DAYS }
        : undefined,
  },
  {
    id: 'interval',
    change: (a) =>
      a.everySeconds === 'never'
        ? ''
        : `the same documents in one file every ${formatQuantity((a.everySeconds * LONGER_INTERVAL) / 60)} min, found that much later`,
    apply: withLongerInterval,
  },
  {
    id: 'direct_invoke',
    change: () => 'call the searcher by Lambda Invoke (IAM) in place of HTTP',
    apply: (a) => (a.httpShare === 0 ? undefined : { ...a, httpShare: 0 }),
  },
  {
    id: 'log_retention',
    change: () => `keep logs for ${SHORT_LOG_RETENTION_DAYS} days`,
    apply: (a) =>
      a.logRetentionDays === 'forever' || a.logRetentionDays > SHORT_LOG_RETENTION_DAYS
        ? { ...a, logRetentionDays: SHORT_LOG_RETENTION_DAYS }
        : undefined,
  },
  {
    id: 'ephemeral',
    change: () => 'leave /tmp at its free 512 MB',
    apply: (a) => ({ ...a, indexerEphemeralGb: 0.5, searcherEphemeralGb: 0.5 }),
  },
  {
    id: 'gzip_staging',
    change: () => 'gzip the source files',
    apply: (a) => (a.stagedRatio < 0.5 ? undefined : { ...a, stagedRatio: 0.28 }),
  },
]

/** Every change that saves something, the biggest first. Each is taken alone: savings do not add up. */
export function findLevers(
  assumptions: CostAssumptions,
  options: EstimateOptions = {},
): readonly Lever[] {
  const beforeUsd = estimateCost(assumptions, options).totalUsd
  const levers: Lever[] = []
  for (const rule of RULES) {
    const changed = rule.apply(assumptions)
    if (changed === undefined) continue
    const savesUsd = beforeUsd - estimateCost(changed, options).totalUsd
    if (savesUsd < NOISE_USD) continue
    levers.push({ id: rule.id, change: rule.change(assumptions), savesUsd, assumptions: changed })
  }
  return levers.toSorted((a, b) => b.savesUsd - a.savesUsd)
}

function withLongerInterval(a: CostAssumptions): CostAssumptions | undefined {
  if (a.everySeconds === 'never') return undefined
  const growing = Math.max(0, a.indexSeconds - a.runOverheadSeconds)
  return {
    ...a,
    everySeconds: a.everySeconds * LONGER_INTERVAL,
    docsPerBatch: a.docsPerBatch * LONGER_INTERVAL,
    indexSeconds: a.indexSeconds + growing * (LONGER_INTERVAL - 1),
    generatorSeconds: a.generatorSeconds * LONGER_INTERVAL,
    // Larger splits need as many bytes merged, in fewer merges.
    mergeSeconds: a.mergeSeconds * LONGER_INTERVAL,
  }
}

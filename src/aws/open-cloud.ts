import type { CloudPorts, DeployClock } from '../deploy/ports.ts'
import { makeAccount } from './account.ts'
import { makeApiProbe } from './api-probe.ts'
import { makeBuckets } from './buckets.ts'
import { makeFunctions } from './functions.ts'
import { makeInventory } from './inventory.ts'
import { makeLogs } from './logs.ts'
import { makeMetrics } from './metrics.ts'
import { makeQueues } from './queues.ts'
import { makeSchedules } from './schedules.ts'
import { makeSecrets } from './secrets.ts'
import type { AwsSettings } from './settings.ts'
import { makeStacks } from './stacks.ts'

/** Every port over AWS. Opening loads no SDK client: each port loads its own at its first call. */
export function openCloud(settings: AwsSettings, clock: DeployClock): CloudPorts {
  return {
    clock,
    account: makeAccount(settings),
    stacks: makeStacks(settings),
    buckets: makeBuckets(settings),
    secrets: makeSecrets(settings),
    logs: makeLogs(settings),
    functions: makeFunctions(settings),
    schedules: makeSchedules(settings),
    queues: makeQueues(settings),
    metrics: makeMetrics(settings),
    inventory: makeInventory(settings),
    api: makeApiProbe(),
  }
}

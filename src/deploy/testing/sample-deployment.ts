import { readFileSync } from 'node:fs'
import { applyPlan, type ApplyOptions } from '../apply.ts'
import { parseDeploymentConfig } from '../deployment-config.ts'
import type { DeployEvent } from '../events.ts'
import { planDeployment, type DeployInputs, type DeployPlan } from '../plan.ts'
import type { StackState } from '../ports.ts'
import type { InMemoryCloud } from './in-memory-cloud.ts'

const TEMPLATE = readFileSync(new URL('../../../templates/qw-lambda.yaml', import.meta.url), 'utf8')

/** The inputs of the deployment `shop`; `config` holds what differs from the defaults. */
export function shopInputs(
  config: Readonly<Record<string, unknown>> = {},
  inputs: Partial<DeployInputs> = {},
): DeployInputs {
  return {
    config: parseDeploymentConfig({ name: 'shop', region: 'eu-west-1', ...config }),
    version: '1.0.0',
    template: TEMPLATE,
    zips: {
      indexer: Buffer.from('indexer code'),
      searcher: Buffer.from('searcher code'),
      generator: Buffer.from('generator code'),
    },
    indexConfig: undefined,
    apiKey: undefined,
    ...inputs,
  }
}

export async function planFor(cloud: InMemoryCloud, inputs: DeployInputs): Promise<DeployPlan> {
  return planDeployment(inputs, await cloud.ports.account.identity())
}

interface Applied {
  readonly events: readonly DeployEvent[]
  readonly state: StackState
}

export async function deployTo(
  cloud: InMemoryCloud,
  inputs: DeployInputs,
  options: Partial<ApplyOptions> = {},
): Promise<Applied> {
  const plan = await planFor(cloud, inputs)
  const defaults: ApplyOptions = { replaceHusk: async () => false, replaceBuckets: 'refused' }
  const { events, result } = await collect(
    applyPlan(plan, cloud.ports, { ...defaults, ...options }),
  )
  return { events, state: result }
}

/** Runs an action to its end. */
export async function collect<T>(
  action: AsyncGenerator<DeployEvent, T>,
  events: DeployEvent[] = [],
): Promise<{ events: DeployEvent[]; result: T }> {
  for (;;) {
    const step = await action.next()
    if (step.done === true) return { events, result: step.value }
    events.push(step.value)
  }
}

import type { CloudPorts, DeployClock, AccountPort, ApiProbePort } from '../deploy/ports.ts'
import { makeBuckets } from './buckets.ts'
import { makeFunctions } from './functions.ts'
import { makeInventory } from './inventory.ts'
import { makeLogs } from './logs.ts'
import { makeMetrics } from './metrics.ts'
import { makeQueues } from './queues.ts'
import { makeSchedules } from './schedules.ts'
import { makeSecrets } from './secrets.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'
import { makeSourceBuckets } from './source-buckets.ts'
import { makeStacks } from './stacks.ts'
import { call } from './aws-errors.ts'
import { messageOf, QwError } from '../engine/errors.ts'

/** Every port over AWS. Opening loads no SDK client: each port loads its own at its first call. */
export function openCloud(settings: AwsSettings, clock: DeployClock): CloudPorts {
  return {
    clock,
    account: makeAccount(settings),
    stacks: makeStacks(settings),
    buckets: makeBuckets(settings),
    sourceBuckets: makeSourceBuckets(settings),
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

function makeAccount(settings: AwsSettings): AccountPort {
  const sts = lazy(async () => {
    const sdk = await import('@aws-sdk/client-sts')
    return { sdk, client: new sdk.STSClient(clientConfig(settings)) }
  })
  const lambda = lazy(async () => {
    const sdk = await import('@aws-sdk/client-lambda')
    return { sdk, client: new sdk.LambdaClient(clientConfig(settings)) }
  })
  return {
    identity: () =>
      call('ask AWS who these credentials belong to', async () => {
        const { sdk, client } = await sts()
        const answer = await client.send(new sdk.GetCallerIdentityCommand({}))
        return { accountId: answer.Account ?? '', arn: answer.Arn ?? '', region: settings.region }
      }),
    limits: () =>
      call("read the account's Lambda limits", async () => {
        const { sdk, client } = await lambda()
        const answer = await client.send(new sdk.GetAccountSettingsCommand({}))
        return { concurrentExecutions: answer.AccountLimit?.ConcurrentExecutions ?? 0 }
      }),
  }
}

const TIMEOUT_MS = 35_000

/** The deployment's own HTTP API: no AWS signature, only the key. */
function makeApiProbe(): ApiProbePort {
  return {
    async get(url, apiKey, signal) {
      const timeout = AbortSignal.timeout(TIMEOUT_MS)
      try {
        const response = await fetch(url, {
          headers: apiKey === undefined ? {} : { 'x-api-key': apiKey },
          signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        })
        return { status: response.status, body: await response.text() }
      } catch (error) {
        if (signal?.aborted === true) throw signal.reason
        throw new QwError('unavailable', `could not reach ${url}: ${messageOf(error)}`, {
          code: 'NETWORK',
          fix: 'check the connection',
          cause: error,
        })
      }
    },
  }
}

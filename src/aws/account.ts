import type { AccountPort } from '../deploy/ports.ts'
import { call } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

export function makeAccount(settings: AwsSettings): AccountPort {
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

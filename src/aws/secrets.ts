import type { SecretPort } from '../deploy/ports.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

export function makeSecrets(settings: AwsSettings): SecretPort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-secrets-manager')
    return { sdk, client: new sdk.SecretsManagerClient(clientConfig(settings)) }
  })
  return {
    async describe(arn) {
      const { sdk, client } = await open()
      return call('look at the secret', async () => {
        try {
          const answer = await client.send(new sdk.DescribeSecretCommand({ SecretId: arn }))
          return { arn: answer.ARN ?? arn, deletedAtMs: answer.DeletedDate?.getTime() }
        } catch (error) {
          if (errorName(error) === 'ResourceNotFoundException') return undefined
          throw error
        }
      })
    },
    async read(arn) {
      const { sdk, client } = await open()
      const answer = await call('read the secret with the API key', () =>
        client.send(new sdk.GetSecretValueCommand({ SecretId: arn })),
      )
      return answer.SecretString ?? ''
    },
    async write(arn, text) {
      const { sdk, client } = await open()
      await call('store the new API key', () =>
        client.send(new sdk.PutSecretValueCommand({ SecretId: arn, SecretString: text })),
      )
    },
    async restore(arn) {
      const { sdk, client } = await open()
      await call('restore the secret', () =>
        client.send(new sdk.RestoreSecretCommand({ SecretId: arn })),
      )
    },
    async delete(arn) {
      const { sdk, client } = await open()
      await call('delete the secret', async () => {
        try {
          await client.send(
            new sdk.DeleteSecretCommand({ SecretId: arn, ForceDeleteWithoutRecovery: true }),
          )
        } catch (error) {
          if (errorName(error) !== 'ResourceNotFoundException') throw error
        }
      })
    },
  }
}

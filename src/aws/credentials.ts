import type { AwsCredentials } from './request-signature.ts'
import { call } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

/** The caller's own keys, by the SDK's chain, for the S3 client that signs by itself. Renewed when
 *  they are about to expire. Throws `invalid` CRED-NONE, CRED-EXPIRED. */
export function callerCredentials(settings: AwsSettings): () => Promise<AwsCredentials> {
  const open = lazy(async () => {
    const { STSClient } = await import('@aws-sdk/client-sts')
    return new STSClient(clientConfig(settings))
  })
  return async () => {
    const client = await open()
    return await call('find AWS credentials', () => client.config.credentials())
  }
}

import { QwError } from '../../engine/errors.ts'
import type { CliContext } from '../command/context.ts'
import { runAwsIngest } from '../intake/aws-ingest.ts'
import { currentDeployment } from '../stack/aws-deployment.ts'
import { failed, type RetriedFile, type RetryFilesRequest } from './retry-files.ts'

interface StoredRequest extends RetryFilesRequest {
  readonly uris: readonly string[]
}

/** Hands objects to the deployment's queue once more, each by itself: one that is gone is told, and the
 *  others are indexed. */
export async function retryStored(
  context: CliContext,
  { indexId, opener, uris }: StoredRequest,
): Promise<RetriedFile[]> {
  const deployment = await currentDeployment(context)
  const files: RetriedFile[] = []
  for (const uri of uris) {
    const request = { sources: [uri], index: indexId, opener, force: false, wait: true, jobs: 1 }
    try {
      const { sources } = await runAwsIngest(context, deployment, request)
      files.push(...sources)
    } catch (error) {
      if (context.signal.aborted || !(error instanceof QwError)) throw error
      files.push(failed(uri, error))
    }
  }
  return files
}

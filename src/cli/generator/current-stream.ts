import { isCloudTarget } from '../aws/target.ts'
import type { CliContext } from '../context.ts'
import { currentLocalStack } from '../local-stacks.ts'
import { localSampleStream, type SampleStream } from './sample-stream.ts'

/** The sample stream of the stack that the settings name, wherever it runs. */
export async function currentSampleStream(context: CliContext): Promise<SampleStream> {
  if (isCloudTarget(context)) {
    return await (await import('../aws/sample-stream.ts')).openCloudSampleStream(context)
  }
  return localSampleStream(await currentLocalStack(context), context.clock)
}

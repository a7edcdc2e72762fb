import { isCloudTarget } from '../stack/target.ts'
import type { CliContext } from '../command/context.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import { localSampleStream, type SampleStream } from '../stack/sample-stream.ts'

/** The sample stream of the stack that the settings name, wherever it runs. */
export async function currentSampleStream(context: CliContext): Promise<SampleStream> {
  if (isCloudTarget(context)) {
    return await (await import('./aws-sample-stream.ts')).openCloudSampleStream(context)
  }
  return localSampleStream(await currentLocalStack(context), context.clock)
}

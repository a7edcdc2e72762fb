import { isCloudTarget } from '../stack/target.ts'
import type { CliContext } from '../command/context.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import {
  localSampleStream,
  type SampleStream,
  type SampleStreamState,
} from '../stack/sample-stream.ts'
import { streamUsdPerMonth } from '../stack/stream-text.ts'

/** The sample stream of the stack that the settings name, wherever it runs. */
export async function currentSampleStream(context: CliContext): Promise<SampleStream> {
  if (isCloudTarget(context)) {
    return await (await import('./aws-sample-stream.ts')).openCloudSampleStream(context)
  }
  return localSampleStream(await currentLocalStack(context), context.clock)
}

/** The document of `generator status|pause|resume|set --json`. */
export function streamDocument(stream: SampleStream, state: SampleStreamState): object {
  return {
    schema: 'qw-lambda/generator/1',
    stack: stream.stack,
    target: stream.target,
    state: state.paused ? 'paused' : 'on',
    scheduled: state.isScheduled,
    index: state.indexId,
    every_ms: state.everyMs,
    docs: state.docsPerBatch,
    seed: state.seed ?? null,
    last_run: isoTime(state.lastRunMs),
    next_run: isoTime(state.nextRunMs),
    usd_month: stream.target === 'local' ? 0 : streamUsdPerMonth(state),
  }
}

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}

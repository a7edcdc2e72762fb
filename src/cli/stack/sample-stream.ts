import type { Clock } from '../../engine/ports.ts'
import { nextRunMs } from '../../local/schedule.ts'
import { runningServer } from '../../local/serve-lock.ts'
import type { GeneratorState } from '../../local/stack-file.ts'
import type { LocalStack } from '../../local/local-stack.ts'

/** The sample stream of a stack, wherever that runs. */
export interface SampleStream {
  readonly stack: string
  readonly target: 'local' | 'aws'
  read(): Promise<SampleStreamState>
  /** Returns the state after the change. */
  change(change: SampleStreamChange): Promise<SampleStreamState>
}

export interface SampleStreamState {
  readonly paused: boolean
  /** Whether batches are made at all at this moment: the schedule of a local stack needs `serve`. */
  readonly isScheduled: boolean
  readonly indexId: string
  readonly everyMs: number
  readonly docsPerBatch: number
  readonly seed: number | undefined
  readonly lastRunMs: number | undefined
  /** Undefined while nothing is scheduled. */
  readonly nextRunMs: number | undefined
}

export interface SampleStreamChange {
  readonly paused?: boolean
  readonly everyMs?: number
  readonly docsPerBatch?: number
  readonly seed?: number
}

export function localSampleStream(stack: LocalStack, clock: Clock): SampleStream {
  const stateOf = async (generator: GeneratorState): Promise<SampleStreamState> => {
    const isServed = (await runningServer(stack.folder)) !== undefined
    const isScheduled = isServed && !generator.paused
    const { paused, indexId, everyMs, docsPerBatch, seed, lastRunMs } = generator
    return {
      paused,
      isScheduled,
      indexId,
      everyMs,
      docsPerBatch,
      seed,
      lastRunMs,
      nextRunMs: isScheduled ? Math.max(clock.nowMs(), nextRunMs(generator)) : undefined,
    }
  }
  return {
    stack: stack.name,
    target: 'local',
    read: async () => await stateOf((await stack.readFile()).generator),
    async change(change) {
      const { generator } = await stack.updateFile((file) => ({
        ...file,
        generator: { ...file.generator, ...change },
      }))
      return await stateOf(generator)
    },
  }
}

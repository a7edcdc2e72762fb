import type { DeployEvent } from './events.ts'
import type { DeployClock, FunctionPort, SchedulePort, StackState } from './ports.ts'
import { isQwError } from '../engine/errors.ts'

interface SourcePorts {
  readonly clock: DeployClock
  readonly functions: FunctionPort
  readonly schedules: SchedulePort
}

const POLL_MS = 3_000
/** The longest timeout an indexer can have, and a little for AWS to notice. */
const INDEXER_LIMIT_MS = 930_000

/** Nothing new is made, indexed or merged after this: otherwise objects would land behind the
 *  emptying. Parts that are gone already count as stopped. */
export async function* stopSources(
  stack: StackState,
  running: 'wait' | 'ignore',
  ports: SourcePorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, void> {
  const { GeneratorSchedule, UpkeepSchedule, IndexerMapping: mapping } = stack.outputs
  for (const schedule of [GeneratorSchedule, UpkeepSchedule]) {
    if (schedule === undefined) continue
    // Marked, so that a deployment after an interrupted teardown starts what no user has paused.
    const now = await ports.schedules.describe(schedule)
    if (now?.state === 'enabled') {
      await unlessGone(() => ports.schedules.set(schedule, 'disabled', 'teardown'))
    }
  }
  if (mapping === undefined) return
  await unlessGone(() => ports.functions.setMapping(mapping, 'disabled'))
  if (running === 'ignore') return
  const startMs = ports.clock.nowMs()
  for (;;) {
    const state = await ports.functions.mapping(mapping)
    const elapsedMs = ports.clock.nowMs() - startMs
    if (state === undefined || state === 'disabled' || elapsedMs >= INDEXER_LIMIT_MS) return
    yield { kind: 'waiting', what: 'the indexer to finish its batch', elapsedMs }
    await ports.clock.sleep(POLL_MS, signal)
  }
}

async function unlessGone(stop: () => Promise<void>): Promise<void> {
  try {
    await stop()
  } catch (error) {
    if (!isQwError(error, 'notFound')) throw error
  }
}

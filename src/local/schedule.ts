import { messageOf } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'
import type { LocalStack } from './local-stack.ts'
import type { GeneratorState } from './stack-file.ts'

/** How often the stack's file is looked at: pause, resume and set act within this time. */
const LOOK_EVERY_MS = 2_000

interface ScheduleSettings {
  readonly signal: AbortSignal
  readonly log: InvocationLog
  /** In place of what the stack's file says, for as long as this schedule runs. */
  readonly everyMs?: number | undefined
  /** Runs although the stack's file says paused. */
  readonly evenIfPaused?: boolean
}

/** Runs the generator whenever it is due, until aborted: the schedule of the embedded stack. */
export async function runSchedule(
  stack: LocalStack,
  clock: Clock,
  settings: ScheduleSettings,
): Promise<void> {
  const { signal, log } = settings
  while (!signal.aborted) {
    let pauseMs = LOOK_EVERY_MS
    try {
      const { generator } = await stack.readFile()
      const isOn = !generator.paused || settings.evenIfPaused === true
      const dueMs = nextRunMs({ ...generator, everyMs: settings.everyMs ?? generator.everyMs })
      // A last run that is yet to come was written before the clock was set back.
      const isDue = clock.nowMs() >= dueMs || clock.nowMs() < (generator.lastRunMs ?? 0)
      if (isOn && isDue) {
        await runGenerator(stack, clock, {})
        continue
      }
      if (isOn) pauseMs = Math.min(pauseMs, dueMs - clock.nowMs())
    } catch (error) {
      log({ event: 'schedule-failed', error: messageOf(error) })
    }
    await clock.sleep(pauseMs, signal).catch(() => undefined)
  }
}

/** When the next batch is due; in the past when it is overdue. */
export function nextRunMs(generator: Pick<GeneratorState, 'lastRunMs' | 'everyMs'>): number {
  return generator.lastRunMs === undefined ? 0 : generator.lastRunMs + generator.everyMs
}

/** One invocation of the generator, remembered as its last run; returns when all of it is indexed.
 *  Aborted, it throws the signal's reason as soon as nothing of it runs any more. */
export async function runGenerator(
  stack: LocalStack,
  clock: Clock,
  event: Readonly<Record<string, number | undefined>>,
  signal?: AbortSignal,
): Promise<{ docCount: number; indexedCount: number; elapsedMs: number; sourceBytes: number }> {
  const generate = await stack.generator()
  const startedMs = clock.nowMs()
  const batches = event['batches'] ?? 1
  const { generator } = await stack.updateFile((file) => ({
    ...file,
    generator: {
      ...file.generator,
      lastRunMs: startedMs,
      batchCount: file.generator.batchCount + batches,
    },
  }))
  // The seed of the stack counts on from batch to batch: the same stream of data, never twice the same.
  const seed =
    event['seed'] ??
    (generator.seed === undefined ? undefined : generator.seed + generator.batchCount - batches)
  const invocation = { requestId: `generator-${startedMs}`, deadlineMs: undefined, signal }
  const generated = await generate({ ...event, seed }, invocation).catch(async (error: unknown) => {
    // What was staged before is being indexed: the caller may be about to remove the folder.
    await stack.staging.settled()
    throw error
  })
  const stagedMs = clock.nowMs()
  const { reports } = await stack.staging.settled()
  signal?.throwIfAborted()
  return {
    docCount: generated.num_docs,
    indexedCount: reports.reduce((sum, report) => sum + report.num_docs, 0),
    elapsedMs: clock.nowMs() - stagedMs,
    sourceBytes: generated.source_bytes,
  }
}

import { messageOf } from '../engine/errors.ts'
import type { Clock } from '../engine/ports.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'
import type { LocalStack } from './local-stack.ts'

/** How often the stack's file is looked at: pause, resume and set act within this time. */
const LOOK_EVERY_MS = 2_000

/** Runs the generator whenever it is due, until aborted: the schedule of the embedded stack. */
export async function runSchedule(
  stack: LocalStack,
  clock: Clock,
  { signal, log }: { readonly signal: AbortSignal; readonly log: InvocationLog },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { generator } = await stack.readFile()
      const dueMs = (generator.lastRunMs ?? -Infinity) + generator.everyMs
      if (!generator.paused && clock.nowMs() >= dueMs) await runGenerator(stack, clock, {})
    } catch (error) {
      log({ event: 'schedule-failed', error: messageOf(error) })
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
  }
}

/** One invocation of the generator, remembered as its last run; returns when all of it is indexed. */
export async function runGenerator(
  stack: LocalStack,
  clock: Clock,
  event: Readonly<Record<string, number | undefined>>,
): Promise<{ docCount: number; indexedCount: number; elapsedMs: number; sourceBytes: number }> {
  const generate = await stack.generator()
  const startedMs = clock.nowMs()
  await stack.updateFile((file) => ({
    ...file,
    generator: { ...file.generator, lastRunMs: startedMs },
  }))
  const generated = await generate(event, { requestId: `generator-${startedMs}`, deadlineMs: undefined })
  const stagedMs = clock.nowMs()
  const { reports } = await stack.staging.settled()
  return {
    docCount: generated.num_docs,
    indexedCount: reports.reduce((sum, report) => sum + report.num_docs, 0),
    elapsedMs: clock.nowMs() - stagedMs,
    sourceBytes: generated.source_bytes,
  }
}

import type { SchedulePort, ScheduleState, StackState } from './ports.ts'
import { QwError } from '../engine/errors.ts'

/** Pauses or resumes the sample data at once. The schedule itself is the record: the next deployment
 *  reads it and leaves a paused generator paused. Throws `invalid` GENERATOR-NONE. */
export async function setGenerator(
  state: StackState,
  to: 'enabled' | 'disabled',
  schedules: SchedulePort,
): Promise<void> {
  await schedules.set(scheduleOf(state), to)
}

/** `undefined` when the deployment has no generator. */
export async function readGenerator(
  state: StackState,
  schedules: SchedulePort,
): Promise<ScheduleState | undefined> {
  const name = state.outputs['GeneratorSchedule']
  return name === undefined ? undefined : schedules.describe(name)
}

function scheduleOf(state: StackState): string {
  const name = state.outputs['GeneratorSchedule']
  if (name !== undefined) return name
  throw new QwError('invalid', `${state.name} has no generator`, {
    code: 'GENERATOR-NONE',
    fix: 'qw-lambda deploy --every 5m',
  })
}

import type { SchedulePort } from '../deploy/ports.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

/** A schedule has no tags; its description is the one place for a note. */
const STOPPED_BY_TEARDOWN = ' (stopped by teardown)'

function marked(description: string | undefined, by: 'teardown' | undefined): string {
  const bare = (description ?? '').replace(STOPPED_BY_TEARDOWN, '')
  return by === 'teardown' ? `${bare}${STOPPED_BY_TEARDOWN}` : bare
}

export function makeSchedules(settings: AwsSettings): SchedulePort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-scheduler')
    return { sdk, client: new sdk.SchedulerClient(clientConfig(settings)) }
  })
  return {
    async describe(name) {
      const { sdk, client } = await open()
      return call(`read the schedule ${name}`, async () => {
        try {
          const answer = await client.send(new sdk.GetScheduleCommand({ Name: name }))
          const state = answer.State === 'DISABLED' ? ('disabled' as const) : ('enabled' as const)
          const isOurs = answer.Description?.endsWith(STOPPED_BY_TEARDOWN) === true
          const stoppedBy = state === 'disabled' && isOurs ? ('teardown' as const) : undefined
          return { state, stoppedBy, expression: answer.ScheduleExpression ?? '' }
        } catch (error) {
          if (errorName(error) === 'ResourceNotFoundException') return undefined
          throw error
        }
      })
    },
    /** The service replaces the whole schedule: what is not sent again is lost. */
    async set(name, state, by) {
      const { sdk, client } = await open()
      await call(`turn the schedule ${name} ${state}`, async () => {
        const now = await client.send(new sdk.GetScheduleCommand({ Name: name }))
        await client.send(
          new sdk.UpdateScheduleCommand({
            Name: name,
            Description: marked(now.Description, by),
            ScheduleExpression: now.ScheduleExpression,
            ScheduleExpressionTimezone: now.ScheduleExpressionTimezone,
            FlexibleTimeWindow: now.FlexibleTimeWindow,
            Target: now.Target,
            State: state === 'enabled' ? 'ENABLED' : 'DISABLED',
          }),
        )
      })
    },
  }
}

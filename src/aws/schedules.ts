import type { SchedulePort } from '../deploy/ports.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

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
          return { state, expression: answer.ScheduleExpression ?? '' }
        } catch (error) {
          if (errorName(error) === 'ResourceNotFoundException') return undefined
          throw error
        }
      })
    },
    /** The service replaces the whole schedule: what is not sent again is lost. */
    async set(name, state) {
      const { sdk, client } = await open()
      await call(`turn the schedule ${name} ${state}`, async () => {
        const now = await client.send(new sdk.GetScheduleCommand({ Name: name }))
        await client.send(
          new sdk.UpdateScheduleCommand({
            Name: name,
            Description: now.Description,
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

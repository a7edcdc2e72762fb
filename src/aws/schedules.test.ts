import { beforeEach, expect, test } from 'vitest'
import { makeSchedules } from './schedules.ts'
import type { AwsSettings } from './settings.ts'
import { scriptedAws } from './testing/scripted-aws.ts'

const aws = scriptedAws()
let place: AwsSettings
let stored: Record<string, unknown>

beforeEach(async () => {
  stored = {
    Name: 'shop',
    Description: 'Sample data',
    ScheduleExpression: 'rate(5 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: 'a', RoleArn: 'r' },
    State: 'ENABLED',
  }
  // What the service does: an update replaces the whole schedule.
  place = await aws.settings(({ method, body }) => {
    if (method === 'PUT') stored = JSON.parse(body) as Record<string, unknown>
    return { body: JSON.stringify(method === 'PUT' ? { ScheduleArn: 'a' } : stored) }
  })
})

test('who stopped a schedule stands in its description, and goes when it is started', async () => {
  const schedules = makeSchedules(place)
  await schedules.set('shop', 'disabled', 'teardown')
  expect(await schedules.describe('shop')).toMatchObject({
    state: 'disabled',
    stoppedBy: 'teardown',
  })
  await schedules.set('shop', 'enabled')
  expect(await schedules.describe('shop')).toMatchObject({ state: 'enabled', stoppedBy: undefined })
  expect(stored).toMatchObject({ Description: 'Sample data', Target: { Arn: 'a' } })
})

test('one that the user paused was stopped by nobody else', async () => {
  await makeSchedules(place).set('shop', 'disabled')
  expect(await makeSchedules(place).describe('shop')).toMatchObject({
    state: 'disabled',
    stoppedBy: undefined,
  })
})

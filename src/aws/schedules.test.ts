import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeSchedules } from './schedules.ts'
import { scriptedServer, type ScriptedServer } from './testing/scripted-server.ts'

let server: ScriptedServer
let stored: Record<string, unknown>

beforeEach(async () => {
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  stored = {
    Name: 'shop',
    Description: 'Sample data',
    ScheduleExpression: 'rate(5 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: 'a', RoleArn: 'r' },
    State: 'ENABLED',
  }
  // What the service does: an update replaces the whole schedule.
  server = await scriptedServer(({ method, body }) => {
    if (method === 'PUT') stored = JSON.parse(body) as Record<string, unknown>
    return { body: JSON.stringify(method === 'PUT' ? { ScheduleArn: 'a' } : stored) }
  })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

test('who stopped a schedule stands in its description, and goes when it is started', async () => {
  const place = { region: 'eu-west-1', profile: undefined, endpoint: server.endpoint }
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
  const place = { region: 'eu-west-1', profile: undefined, endpoint: server.endpoint }
  await makeSchedules(place).set('shop', 'disabled')
  expect(await makeSchedules(place).describe('shop')).toMatchObject({
    state: 'disabled',
    stoppedBy: undefined,
  })
})

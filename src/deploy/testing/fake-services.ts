import { QwError } from '../../engine/errors.ts'
import type { CloudPorts, InventoryPort, LogsPort, SecretPort } from '../ports.ts'
import type { World } from './world.ts'

type Services = Omit<CloudPorts, 'stacks' | 'buckets' | 'sourceBuckets'>

/** The services of which deploying asks little. */
export function fakeServices(world: World): Services {
  return {
    clock: {
      nowMs: () => world.nowMs,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted()
        world.nowMs += ms
      },
    },
    account: {
      identity: async () => {
        world.enter('identity')
        return {
          accountId: '123456789012',
          arn: 'arn:aws:iam::123456789012:role/dev',
          region: 'eu-west-1',
        }
      },
      limits: async () => {
        world.enter('limits')
        return { concurrentExecutions: world.concurrentExecutions }
      },
    },
    secrets: fakeSecrets(world),
    logs: fakeLogs(world),
    functions: {
      invoke: async () => {
        world.enter('invoke')
        const payload = Buffer.from(world.searcherAnswer)
        return { payload, functionError: undefined, logTail: 'REPORT', requestId: 'r-1' }
      },
      start: async () => world.enter('start'),
      mapping: async () => {
        world.enter('mapping')
        return world.mappingState
      },
      setMapping: async (_id, state) => {
        world.enter('setMapping')
        world.mappingState = state
      },
    },
    schedules: {
      describe: async (name) => {
        world.enter('describeSchedule')
        if (/upkeep/i.test(name)) {
          return { state: world.upkeepSchedule, stoppedBy: undefined, expression: 'rate(1 hour)' }
        }
        return { ...world.schedule, expression: 'rate(5 minutes)' }
      },
      set: async (name, state, by) => {
        world.enter('setSchedule')
        if (/upkeep/i.test(name)) world.upkeepSchedule = state
        else world.schedule = { state, stoppedBy: by }
      },
    },
    queues: fakeQueues(world),
    metrics: { read: async (queries) => queries.map(() => undefined) },
    inventory: fakeInventory(world),
    api: {
      get: async (_url, key) => {
        world.enter('callApi')
        const next = world.flapping.shift()
        const spread = world.refusalsBeforeKeyWorks <= 0 && next !== 'refuses'
        world.refusalsBeforeKeyWorks--
        return { status: spread && world.keysAccepted.has(key ?? '') ? 200 : 403, body: 'answer' }
      },
    },
  }
}

function fakeQueues(world: World): CloudPorts['queues'] {
  return {
    depth: async () => {
      world.enter('queueDepth')
      return { waiting: 0, inFlight: 0 }
    },
    send: async (_url, bodies) => {
      world.enter('send')
      world.sent.push(...bodies)
    },
    move: async () => {
      world.enter('move')
      return { movedCount: 0, leftCount: 0 }
    },
  }
}

function fakeLogs(world: World): LogsPort {
  return {
    groups: async (prefix) => {
      world.enter('logGroups')
      return [...world.logGroups]
        .filter((name) => name.startsWith(prefix))
        .map((name) => ({ name, storedBytes: 0 }))
    },
    // oxlint-disable-next-line require-yield -- no test reads lines through the fake
    lines: async function* () {
      throw new QwError('internal', 'the fake keeps no log lines')
    },
    deleteGroup: async (name) => {
      world.enter('deleteLogGroup')
      world.logGroups.delete(name)
    },
  }
}

function fakeSecrets(world: World): SecretPort {
  return {
    describe: async (arn) => {
      world.enter('describeSecret')
      return world.secretTexts.has(arn) ? { arn, deletedAtMs: undefined } : undefined
    },
    read: async (arn) => {
      world.enter('readSecret')
      const text = world.secretTexts.get(arn)
      if (text === undefined) throw new QwError('notFound', `no secret ${arn}`)
      return text
    },
    write: async (arn, text) => {
      world.enter('writeSecret')
      world.secretTexts.set(arn, text)
    },
    restore: async () => world.enter('restoreSecret'),
    delete: async (arn) => {
      world.enter('deleteSecret')
      world.secretTexts.delete(arn)
    },
  }
}

/** Kinds that go on answering for a while after their deletion. */
const LINGERING = ['AWS::Lambda::Function', 'AWS::SQS::Queue']

/** Tag search lists what is deleted for as long as it lags; a look at the thing itself does not, but
 *  for queues and functions. */
function fakeInventory(world: World): InventoryPort {
  const wasThere = (deletedAtMs: number | undefined, lagMs: number): boolean =>
    deletedAtMs === undefined || world.nowMs < deletedAtMs + lagMs
  return {
    tagged: async () => {
      world.enter('tagged')
      return [
        ...[...world.bucketsByName.keys()].map((name) => `arn:aws:s3:::${name}`),
        ...world.resources
          .filter(({ deletedAtMs }) => wasThere(deletedAtMs, world.tagIndexLagMs))
          .map(({ arn }) => arn),
      ]
        .filter((arn, position, all) => all.indexOf(arn) === position)
        .map((arn) => ({ arn, component: undefined }))
    },
    look: async (type, id) => {
      world.enter('look')
      if (type === 'AWS::S3::Bucket') return world.bucketsByName.has(id) ? 'there' : 'gone'
      const found = world.resources.find((each) => each.type === type && each.id === id)
      if (found === undefined) return 'unknown'
      const lagMs = LINGERING.includes(type) ? world.lingerMs : 0
      return wasThere(found.deletedAtMs, lagMs) ? 'there' : 'gone'
    },
  }
}

import { expect, test } from 'vitest'
import { QwError } from '../engine/errors.ts'
import { readApiKey, rotateApiKey } from './api-key.ts'
import { InMemoryCloud } from './testing/in-memory-cloud.ts'
import { collect, deployTo, shopInputs } from './testing/sample-deployment.ts'
import { findDeployment } from './status.ts'

const ROTATION = { deployment: 'shop', newKey: 'newKeyNewKeyNewKey42', graceMs: 60_000 }

async function currentKey(cloud: InMemoryCloud): Promise<string> {
  return readApiKey(await findDeployment('shop', cloud.ports.stacks), cloud.ports.secrets)
}

test('rotation gives a new key, accepts both for the grace period, then the new one alone', async () => {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs())
  const oldKey = await currentKey(cloud)
  const during: string[][] = []
  const rotation = rotateApiKey(ROTATION, cloud.ports)
  for await (const event of rotation) {
    if (event.kind === 'waiting' && event.what.includes('clients'))
      during.push([...cloud.keysAccepted])
  }
  expect(during[0]).toEqual([oldKey, ROTATION.newKey])
  expect([...cloud.keysAccepted]).toEqual([ROTATION.newKey])
  expect(await currentKey(cloud)).toBe(ROTATION.newKey)
})

test('rotating twice comes back to the first slot with a third key', async () => {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs())
  await collect(rotateApiKey(ROTATION, cloud.ports))
  await collect(rotateApiKey({ ...ROTATION, newKey: 'thirdKeyThirdKey12345' }, cloud.ports))
  expect([...cloud.keysAccepted]).toEqual(['thirdKeyThirdKey12345'])
})

test.each(['createChangeSet', 'executeChangeSet', 'events'])(
  'a rotation interrupted at %s keeps a working key and is finished by running it again',
  async (call) => {
    const cloud = new InMemoryCloud()
    await deployTo(cloud, shopInputs())
    cloud.faults.push({ call, error: new QwError('invalid', 'expired', { code: 'CRED-EXPIRED' }) })
    await expect(collect(rotateApiKey(ROTATION, cloud.ports))).rejects.toThrow('expired')
    for (let polls = 0; polls < 3; polls++) await findDeployment('shop', cloud.ports.stacks)
    expect(cloud.keysAccepted).toContain(await currentKey(cloud))
    await collect(rotateApiKey({ ...ROTATION, newKey: 'neverUsedNeverUsed123' }, cloud.ports))
    expect([...cloud.keysAccepted]).toEqual([ROTATION.newKey])
  },
)

test('a new deployment does not undo a rotation', async () => {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs())
  await collect(rotateApiKey(ROTATION, cloud.ports))
  const unchanged = await deployTo(cloud, shopInputs())
  expect(unchanged.events).toEqual([{ kind: 'unchanged' }])
  await deployTo(cloud, shopInputs({ alarms: 'all' }))
  expect([...cloud.keysAccepted]).toEqual([ROTATION.newKey])
})

test('a deployment without an API has no key to show', async () => {
  const cloud = new InMemoryCloud()
  await deployTo(cloud, shopInputs({ api: false }))
  await expect(currentKey(cloud)).rejects.toMatchObject({ code: 'KEY-NONE' })
})

import { expect, test } from 'vitest'
import { memoryStore } from '../stores/memory-store.ts'
import { STACK_FILE } from './layout.ts'
import {
  createStackFile,
  DEFAULT_GENERATOR,
  readStackFile,
  updateStackFile,
  type StackFile,
} from './stack-file.ts'

const FILE: StackFile = {
  name: 'shop',
  createdMs: 1_700_000_000_000,
  defaultIndex: 'orders',
  generator: { ...DEFAULT_GENERATOR, seed: 7, paused: true },
}

test('what was written is read back, also what is not set', async () => {
  const store = memoryStore()
  await createStackFile(store, FILE)
  expect(await readStackFile(store)).toEqual(FILE)
  const bare = memoryStore()
  const unset: StackFile = { ...FILE, defaultIndex: undefined, generator: DEFAULT_GENERATOR }
  await createStackFile(bare, unset)
  expect(await readStackFile(bare)).toEqual(unset)
})

test('a stack is not made over another', async () => {
  const store = memoryStore()
  await createStackFile(store, FILE)
  await expect(createStackFile(store, { ...FILE, name: 'other' })).rejects.toMatchObject({
    kind: 'conflict',
  })
  expect((await readStackFile(store)).name).toBe('shop')
})

test('changes of several processes at once are all kept', async () => {
  const store = memoryStore()
  await createStackFile(store, FILE)
  const change = (): Promise<StackFile> =>
    updateStackFile(store, (file) => ({
      ...file,
      generator: { ...file.generator, batchCount: file.generator.batchCount + 1 },
    }))
  await Promise.all(Array.from({ length: 20 }, change))
  expect((await readStackFile(store)).generator.batchCount).toBe(20)
})

test.each(['', '{', 'null', '[]', '{"schema": "qw-lambda/local-stack/2", "name": "shop"}'])(
  'a file that this version did not write is refused: %j',
  async (text) => {
    const store = memoryStore()
    await store.put(STACK_FILE, Buffer.from(text), { condition: { kind: 'always' } })
    await expect(readStackFile(store)).rejects.toMatchObject({ kind: 'invalid' })
  },
)

test('a stack that is removed while it is changed is missing, not made again', async () => {
  const store = memoryStore()
  await createStackFile(store, FILE)
  const change = updateStackFile(
    {
      ...store,
      put: async (key, body, options) => {
        await store.delete(STACK_FILE)
        return store.put(key, body, options)
      },
    },
    (file) => file,
  )
  await expect(change).rejects.toMatchObject({ kind: 'notFound' })
})

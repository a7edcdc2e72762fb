import { expect, test } from 'vitest'
import { memoryStore } from '../../stores/memory-store.ts'
import { assertIndexId, metastoreKey, rejectedKey, splitIdOfKey, splitKey } from './layout.ts'

const SPLIT_ID = '01HQ0000000000000000000002'

test.each(['abc', 'logs.2026-01', 'a..', 'a-_.Z', `e${'v'.repeat(254)}`, 'metastore.json'])(
  'an index may be called %s, and every key of it stays in its own folder',
  async (indexId) => {
    assertIndexId(indexId)
    const keys = [metastoreKey(indexId), splitKey(indexId, SPLIT_ID), rejectedKey(indexId, 'R-1')]
    const store = memoryStore()
    for (const key of keys) {
      // The store refuses what would leave its root.
      await store.put(key, new Uint8Array(1), { condition: { kind: 'ifAbsent' } })
      expect(key.startsWith(`${indexId}/`)).toBe(true)
    }
  },
)

const REFUSED =
  ' |ab|.|..|...|../x|a/../b|abc/|.abc|-abc|1ab|a b|äbc|a\\b|abc\n|manifest.json|Manifest.JSON'.split(
    '|',
  )

test.each([...REFUSED, '', `e${'v'.repeat(255)}`])('an index may not be called %j', (indexId) => {
  expect(() => assertIndexId(indexId)).toThrow(/not allowed/)
})

test('a split is told from anything else in the folder by its key', () => {
  expect(splitIdOfKey('a.b', splitKey('a.b', SPLIT_ID))).toBe(SPLIT_ID)
  expect(splitIdOfKey('a', splitKey('a.b', SPLIT_ID))).toBeUndefined()
  expect(splitIdOfKey('a.b', 'a.b/backup.split')).toBeUndefined()
  expect(splitIdOfKey('a.b', `a.b/sub/${SPLIT_ID}.split`)).toBeUndefined()
})

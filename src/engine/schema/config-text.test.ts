import { afterEach, expect, test, vi } from 'vitest'
import { parseIndexConfig } from './config-text.ts'

afterEach(() => vi.restoreAllMocks())

test('a map as a key is refused, and the YAML parser prints nothing by itself', () => {
  const warned = vi.spyOn(process, 'emitWarning')
  const config = 'version: 0.9\nindex_id: a\n? {name: n}\n: 1\n'
  expect(() => parseIndexConfig(config)).toThrow(expect.objectContaining({ kind: 'invalid' }))
  expect(warned).not.toHaveBeenCalled()
})

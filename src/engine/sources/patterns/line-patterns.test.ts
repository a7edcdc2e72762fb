import { expect, test } from 'vitest'
import { LINE_COLUMNS } from './line-patterns.ts'

test.each(Object.entries(LINE_COLUMNS))('no two columns of %s have one name', (_name, columns) => {
  const names = columns.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
})

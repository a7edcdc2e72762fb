import { expect, test } from 'vitest'
import { heldNotes } from './held-notes.ts'

test('lines wait from when they are held until they are released, in their order', () => {
  const written: string[] = []
  const notes = heldNotes((text) => written.push(text))
  notes.write('a')
  notes.hold()
  notes.write('b')
  notes.hold()
  notes.write('c')
  expect(written).toEqual(['a'])
  notes.release()
  expect(written).toEqual(['a', 'b', 'c'])
  notes.write('d')
  notes.release()
  expect(written).toEqual(['a', 'b', 'c', 'd'])
})

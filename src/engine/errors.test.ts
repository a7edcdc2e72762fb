import { expect, test } from 'vitest'
import { codeOfShown, kindOfCode, QwError, shownCode } from './errors.ts'

test('a code goes with its one kind: the compiler refuses another', () => {
  const error = new QwError('tooLarge', 'the query has too many clauses', { code: 'QUERY-LIMIT' })
  expect(error.kind).toBe(kindOfCode('QUERY-LIMIT'))
  // @ts-expect-error -- QUERY-LIMIT is `tooLarge`
  expect(new QwError('invalid', 'too many clauses', { code: 'QUERY-LIMIT' }).kind).toBe('invalid')
  // @ts-expect-error -- no such code is in the list
  expect(new QwError('invalid', 'no', { code: 'NO-SUCH-CODE' }).code).toBe('NO-SUCH-CODE')
})

test('a code is shown with a prefix, and read back if this version knows it', () => {
  expect(shownCode('STACK-BUSY')).toBe('QWL-STACK-BUSY')
  expect(codeOfShown('QWL-STACK-BUSY')).toBe('STACK-BUSY')
  for (const foreign of ['STACK-BUSY', 'QWL-', 'QWL-OF-TOMORROW', 'QWL-toString', '']) {
    expect(codeOfShown(foreign)).toBeUndefined()
  }
})

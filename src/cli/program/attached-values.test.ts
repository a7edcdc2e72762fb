import { expect, test } from 'vitest'
import { attachValues } from './attached-values.ts'
import { flag, text } from '../command/option.ts'

const SPECS = {
  query: text('-Q, --query <query>', ''),
  sort: text('--sort <fields>', ''),
  histogram: text('--histogram [interval]', ''),
  quiet: flag('-q, --quiet', ''),
}

test.each([
  [
    ['search', '-Q', '-price:3'],
    ['search', '--query=-price:3'],
  ],
  [
    ['search', '--sort', '-quantity'],
    ['search', '--sort=-quantity'],
  ],
  [
    ['search', '--sort', '--all'],
    ['search', '--sort', '--all'],
  ],
  [
    ['search', '--histogram', '-q'],
    ['search', '--histogram', '-q'],
  ],
  [
    ['search', '-q', '-Q', 'a'],
    ['search', '-q', '-Q', 'a'],
  ],
  [
    ['search', '-Q', '-'],
    ['search', '-Q', '-'],
  ],
  [
    ['search', '--', '-Q', '-a'],
    ['search', '--', '-Q', '-a'],
  ],
])('%j is read as %j', (argv, expected) => {
  expect(attachValues(argv, SPECS)).toEqual(expected)
})

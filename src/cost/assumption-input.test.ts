import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assumptionNames, splitAssume, withAssumptions } from './assumption-input.ts'
import { type CostAssumptions, DEFAULT_ASSUMPTIONS } from './assumptions.ts'

function accepted(input: unknown): CostAssumptions {
  const result = withAssumptions(DEFAULT_ASSUMPTIONS, input)
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join('; '))
  return result.assumptions
}

function refused(input: unknown): readonly { message: string; nearest: readonly string[] }[] {
  const result = withAssumptions(DEFAULT_ASSUMPTIONS, input)
  return result.ok ? [] : result.problems
}

describe('values', () => {
  test.each([
    ['queries-per-month', '30,000', 'queriesPerMonth', 30_000],
    ['queries', '1.5M', 'queriesPerMonth', 1_500_000],
    ['query-ms', '2s', 'queryMs', 2000],
    ['queryMs', 250, 'queryMs', 250],
    ['cold-share', '5%', 'coldShare', 0.05],
    ['http_share', '0', 'httpShare', 0],
    ['response-kb', '2MB', 'responseKb', 2000],
    ['response-kb', '12', 'responseKb', 12],
    ['every', '15m', 'everySeconds', 900],
    ['every', 'never', 'everySeconds', 'never'],
    ['docs', '10k', 'docsPerBatch', 10_000],
    ['doc-bytes', '1KiB', 'docBytes', 1024],
    ['index-seconds', '1500ms', 'indexSeconds', 1.5],
    ['retention', '7', 'retentionDays', 7],
    ['retention', '48h', 'retentionDays', 2],
    ['retention', '12 weeks', 'retentionDays', 84],
    ['index-seconds', '1m 30s', 'indexSeconds', 90],
    ['retention', 'forever', 'retentionDays', 'forever'],
    ['searcher-memory', '3GB', 'searcherMemoryMb', 3072],
    ['searcher-memory', 3008, 'searcherMemoryMb', 3008],
    ['indexer-ephemeral', '10GiB', 'indexerEphemeralGb', 10],
    ['indexer-ephemeral', '512MB', 'indexerEphemeralGb', 0.5],
    ['arch', 'x86_64', 'arch', 'x86_64'],
    ['region', 'eu-west-1', 'region', 'eu-west-1'],
    ['generator', 'off', 'generatorOn', false],
    ['index-ratio', '0.2', 'indexRatio', 0.2],
  ] as const)('%s=%s sets %s to %s', (name, value, field, expected) => {
    expect(accepted({ [name]: value })[field]).toBe(expected)
  })

  test('what is not named keeps its value, and the changed names are listed', () => {
    const result = withAssumptions(DEFAULT_ASSUMPTIONS, { queries: 5, 'query-ms': 10 })
    expect(result).toEqual({
      ok: true,
      assumptions: { ...DEFAULT_ASSUMPTIONS, queriesPerMonth: 5, queryMs: 10 },
      changed: ['queriesPerMonth', 'queryMs'],
    })
  })

  test('index bytes a document become a ratio of the document size that holds in the end', () => {
    const assumptions = accepted({ 'index-bytes-per-doc': 50, 'doc-bytes': 200 })
    expect(assumptions.indexRatio).toBe(0.25)
  })

  test('of a ratio and bytes a document the later wins', () => {
    const assumptions = accepted({ 'index-bytes-per-doc': 50, 'index-ratio': 0.9 })
    expect(assumptions.indexRatio).toBe(0.9)
  })
})

describe('mistakes', () => {
  test('an unknown name is refused with the nearest ones', () => {
    const [problem] = refused({ querys: 3 })
    expect(problem?.message).toBe('no assumption is called querys')
    expect(problem?.nearest[0]).toBe('queries')
  })

  test('every mistake is reported at once', () => {
    expect(refused({ nope: 1, 'cold-share': '140%', arch: 'mips' }).map((p) => p.message)).toEqual([
      'no assumption is called nope',
      'cold-share is a share such as 0.05 or 5%',
      'arch is arm64 or x86_64',
    ])
  })

  test.each([
    ['queries', -1],
    ['queries', 'many'],
    ['queries', Infinity],
    ['queries', null],
    ['queries', '1,00'],
    ['every', '0s'],
    ['every', '5 parsecs'],
    ['searcher-memory', '64MB'],
    ['searcher-memory', '1x'],
    ['indexer-ephemeral', '100MB'],
    ['doc-bytes', 0],
    ['region', 'Ireland'],
    ['generator', 'maybe'],
    ['__proto__x', 1],
    ['constructor', 1],
    ['toString', 1],
  ])('%s=%s is refused', (name, value) => {
    expect(refused({ [name]: value })).toHaveLength(1)
  })

  test.each([[null], [[]], ['a=1'], [3]])('a file that holds %j is refused', (input) => {
    expect(refused(input)[0]?.message).toBe('assumptions are one object of names and values')
  })

  test('anything at all is either accepted whole or refused with a reason', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...assumptionNames()), fc.jsonValue()), (input) => {
        const result = withAssumptions(DEFAULT_ASSUMPTIONS, input)
        if (!result.ok) {
          expect(result.problems.length).toBeGreaterThan(0)
          return
        }
        for (const value of Object.values(result.assumptions)) expect(value).not.toBeNaN()
      }),
    )
  })
})

test('the text of --assume is split at its first equals sign', () => {
  expect(splitAssume('region=eu-west-1')).toEqual({ name: 'region', value: 'eu-west-1' })
  expect(splitAssume('a=b=c')).toEqual({ name: 'a', value: 'b=c' })
  expect(splitAssume('=3')).toBeUndefined()
  expect(splitAssume('queries')).toBeUndefined()
})

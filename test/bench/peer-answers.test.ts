import { expect, test } from 'vitest'
import { aggregationValues, differencesOf } from '../../bench/peers/answer.ts'
import type { Answer } from '../../bench/peers/peer.ts'
import { peerQuestion } from '../../bench/peers/peer-question.ts'
import { sqlQuestion } from '../../bench/peers/sql-question.ts'
import { HDFS_QUESTIONS, SALES_QUESTIONS } from '../../bench/questions.ts'

const ANSWER: Answer = {
  count: 3,
  hits: 2,
  newestMs: [2_000, 1_000],
  exact: { 'hours/0': 3, avg: 0.1 + 0.2 },
  approximate: { 'price/50': 100 },
}

test('an answer is no different from itself', () => {
  expect(differencesOf(ANSWER, ANSWER)).toEqual([])
})

test.each<[string, Partial<Answer>]>([
  ['count: 3 here, 4 there', { count: 4 }],
  ['hits: 2 here, 1 there', { hits: 1 }],
  ['time of hit 1: 1000 here, 999 there', { newestMs: [2_000, 999] }],
  ['time of hit 1: 1000 here, none there', { newestMs: [2_000] }],
  ['aggregation hours/0: 3 here, none there', { exact: { avg: 0.3 } }],
  ['aggregation hours/1: none here, 1 there', { exact: { ...ANSWER.exact, 'hours/1': 1 } }],
  ['percentile price/50: 100 here, 103 there', { approximate: { 'price/50': 103 } }],
  ['count: 3 here, NaN there', { count: NaN }],
])('what differs is said: %s', (difference, change) => {
  expect(differencesOf(ANSWER, { ...ANSWER, ...change })).toEqual([difference])
})

test('sums may differ by their order, and percentiles by the error of two sketches', () => {
  const theirs = { ...ANSWER, exact: { 'hours/0': 3, avg: 0.3 }, approximate: { 'price/50': 98.5 } }
  expect(differencesOf(ANSWER, theirs)).toEqual([])
})

test('many differences are counted, not listed', () => {
  const newestMs = Array.from({ length: 10 }, (_, i) => i)
  const differences = differencesOf({ ...ANSWER, newestMs }, { ...ANSWER, newestMs: [] })
  expect(differences).toHaveLength(4)
  expect(differences.at(-1)).toBe('7 differences more')
})

test('aggregations are numbers by path, without buckets that are empty', () => {
  const hours = {
    buckets: [
      { key: 0, doc_count: 2, by: { buckets: [{ key: 'INFO', doc_count: 2 }] } },
      { key: 3_600_000, doc_count: 0, by: { buckets: [] } },
    ],
  }
  const aggregations = { hours, avg: { value: 1.5 }, price: { values: { '1.0': 2, '50.0': 3 } } }
  expect(aggregationValues(aggregations)).toEqual({
    exact: { 'hours/0': 2, 'hours/0/by/INFO': 2, avg: 1.5 },
    approximate: { 'price/1': 2, 'price/50': 3 },
  })
})

test('every question of the benchmark can be put to a peer, in SQL too', () => {
  const dialect = {
    matching: ({
      texts,
      conditions,
    }: {
      texts: readonly string[]
      conditions: readonly string[]
    }) => `FROM docs WHERE ${[...texts, ...conditions].join(' AND ')}`,
    percentiles: (field: string) => [`percentiles of ${field}`],
  }
  for (const indexId of ['mock-sales', 'hdfs-logs'] as const) {
    const questions = indexId === 'mock-sales' ? SALES_QUESTIONS : HDFS_QUESTIONS
    for (const { request } of questions) {
      const question = peerQuestion(request)
      const { statements } = sqlQuestion({ indexId, docs: 10 }, question, dialect)
      for (const clause of question.clauses) {
        const asked = clause.kind === 'text' ? clause.text : clause.field
        expect(statements[0]).toContain(asked)
      }
      expect(statements.length).toBeGreaterThan(0)
    }
  }
})

test('what no peer knows is refused, not left out', () => {
  expect(() => peerQuestion({ query: { kind: 'exists', field: 'price', lenient: false } })).toThrow(
    'no peer is asked this query',
  )
})

import { expect, test } from 'vitest'
import { parseDeploymentConfig } from '../deploy/deployment-config.ts'
import { simulateMerging } from '../engine/indexing/testing/simulated-merging.ts'
import {
  amount,
  byteAmount,
  coresOf,
  flag,
  indexPlaceOf,
  lambdaCredentials,
  maxMergeBytes,
  required,
} from './lambda-environment.ts'

const INVALID = expect.objectContaining({ kind: 'invalid' })

test('the index is below `index/` of its bucket unless a prefix says otherwise', () => {
  const env = { QW_LAMBDA_METASTORE_BUCKET: 'b', QW_LAMBDA_INDEX_BUCKET: 'b' }
  expect(indexPlaceOf(env)).toEqual({ bucket: 'b', prefix: 'index/' })
  const prefixes = (prefix: string) => ({
    ...env,
    QW_LAMBDA_METASTORE_PREFIX: prefix,
    QW_LAMBDA_INDEX_PREFIX: prefix,
  })
  expect(indexPlaceOf(prefixes('/a/b/'))).toEqual({ bucket: 'b', prefix: 'a/b/' })
  expect(indexPlaceOf(prefixes(''))).toEqual({ bucket: 'b', prefix: '' })
})

test('a metastore in another place than its index is refused', () => {
  const env = { QW_LAMBDA_METASTORE_BUCKET: 'a', QW_LAMBDA_INDEX_BUCKET: 'b' }
  expect(() => indexPlaceOf(env)).toThrow(INVALID)
})

test('a missing variable is named', () => {
  expect(() => required({ OTHER: 'x', EMPTY: '' }, 'EMPTY')).toThrow('EMPTY is not set')
  expect(required({ SET: 'x' }, 'SET')).toBe('x')
})

test.each([
  ['true', true],
  ['True', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
  [undefined, false],
])('the flag %j is %j', (value, expected) => {
  expect(flag({ X: value }, 'X')).toBe(expected)
})

test.each([
  ['64M', 64_000_000],
  ['64MB', 64_000_000],
  ['1.5k', 1_500],
  ['2G', 2_000_000_000],
  ['0', 0],
  ['', 7],
])('the size %j is %d bytes', (text, bytes) => {
  expect(byteAmount({ X: text }, 'X', 7)).toBe(bytes)
})

test('what is neither flag, number nor size is refused by name', () => {
  expect(() => flag({ X: 'yes' }, 'X')).toThrow('X has to be true or false')
  expect(() => amount({ X: '-1' }, 'X', 0)).toThrow('X has to be a number')
  expect(() => byteAmount({ X: '64 apples' }, 'X', 0)).toThrow('X has to be a size')
})

test('the keys of the role come with their session token', () => {
  const env = {
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
  }
  expect(lambdaCredentials(env)).toEqual({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    sessionToken: 'token',
  })
})

test('splits merged at once take a quarter of the memory beyond the process, a gigabyte at most', () => {
  const ofMemory = (megabytes: string) =>
    maxMergeBytes({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: megabytes }) / 1024 / 1024
  expect(ofMemory('768')).toBe(128)
  expect(ofMemory('3072')).toBe(704)
  expect(ofMemory('10240')).toBe(1024)
  expect(maxMergeBytes({})).toBe(320 * 1024 * 1024)
})

test('files of 100,000 documents stay under 150 splits for 90 days at the memory of a new deployment', () => {
  const memoryMb = parseDeploymentConfig({ name: 'shop', region: 'eu-west-1' }).functions
    .indexerMemoryMb
  const { publishedSplits, writtenPerIndexed } = simulateMerging({
    days: 90,
    docsPerFile: 100_000,
    bytesPerDoc: 100,
    retentionDays: 30,
    maxMergeBytes: maxMergeBytes({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb) }),
  })
  expect(publishedSplits).toBeLessThan(150)
  expect(writtenPerIndexed).toBeLessThanOrEqual(6)
}, 120_000)

test.each([
  [128, 1],
  [2_653, 1],
  [3_008, 2],
  [7_076, 4],
  [10_240, 4],
])('%d MB of memory are %d cores', (megabytes, cores) => {
  expect(coresOf({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(megabytes) })).toBe(cores)
})

import { bodyBytes } from '../../src/engine/ports.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { QwError } from '../../src/engine/errors.ts'
import { decodeFooter, FORMAT_VERSION } from '../../src/engine/split/footer.ts'
import { mergeSplits } from '../../src/engine/split/merge-splits.ts'
import { buildSample, sampleSettings } from './sample-docs.ts'
import { plainContent, splitContent } from './split-content.ts'

const folder = new URL('fixtures/', import.meta.url)
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)))
const versions = readdirSync(folder)
  .map((name) => /^v(\d+)\.split$/.exec(name)?.[1])
  .filter((version) => version !== undefined)

function failureOf(act: () => unknown): QwError {
  try {
    act()
  } catch (error) {
    if (error instanceof QwError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('splits of every released format version', () => {
  test('have a fixture for each version up to the current one', () => {
    expect(versions.map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: FORMAT_VERSION }, (_, i) => i + 1),
    )
  })

  test.each(versions)('version %s reads as it was written', (version) => {
    const expected: unknown = JSON.parse(
      readFileSync(new URL(`v${version}.expected.json`, folder), 'utf8'),
    )
    expect(plainContent(fixture(`v${version}.split`))).toEqual(expected)
  })

  test.each(versions)('version %s can be merged', async (version) => {
    const bytes = fixture(`v${version}.split`)
    const merged = await mergeSplits([bytes, bytes], sampleSettings)
    expect(splitContent(bodyBytes(merged.pieces)).docs).toEqual([
      ...splitContent(bytes).docs,
      ...splitContent(bytes).docs,
    ])
  })
})

describe('a damaged split', () => {
  test.each(['empty.split', 'truncated.split', 'flipped-byte.split'])('%s is corrupt', (name) => {
    expect(failureOf(() => decodeFooter(fixture(name))).kind).toBe('corrupt')
  })

  test('of a future version is refused with the way out', () => {
    const error = failureOf(() => decodeFooter(fixture('future-version.split')))
    expect(error).toMatchObject({
      kind: 'invalid',
      code: 'SPLIT-VERSION',
      fix: 'upgrade qw-lambda',
    })
  })

  test('is noticed wherever a byte is flipped', async () => {
    const { bytes } = await buildSample([
      {
        values: [
          [1, 'one two two'],
          [4, 1],
          [5, 0.5],
        ],
        source: '{"a":1}',
      },
      {
        values: [
          [1, 'two three'],
          [2, 'tag'],
        ],
        source: '{"a":2}',
      },
    ])
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte))
      expect(failureOf(() => splitContent(flipped)).kind, `byte ${at}`).toMatch(/corrupt|invalid/)
    }
  })

  test('is noticed wherever it ends', async () => {
    const { bytes } = await buildSample([{ values: [[1, 'one two']], source: '{"a":1}' }])
    for (let end = 0; end < bytes.length; end++) {
      expect(failureOf(() => splitContent(bytes.subarray(0, end))).kind, `end ${end}`).toBe(
        'corrupt',
      )
    }
  })

  test('of long posting lists is noticed wherever a list is flipped', async () => {
    const docs = Array.from({ length: 1200 }, (_, i) => ({
      values: [[1, (Math.imul(i, 0x9e3779b1) >>> 20) % 3 === 0 ? 'some all' : 'all']] as const,
      source: `{"n":${i}}`,
    }))
    const { bytes } = await buildSample(docs)
    const listsEnd = decodeFooter(bytes).docStore.blockStarts[0]!
    expect(listsEnd).toBeGreaterThan(100)
    for (let at = 8; at < listsEnd; at += 3) {
      const flipped = bytes.map((byte, i) => (i === at ? byte ^ 0x10 : byte))
      expect(failureOf(() => splitContent(flipped)).kind, `byte ${at}`).toBe('corrupt')
    }
  })
})

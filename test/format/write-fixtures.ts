// Writes the fixtures of the current format version. They are frozen: run it for a new version alone,
// from the project's root, and never again for a version that was released:
//
//   npx esbuild test/format/write-fixtures.ts --bundle --platform=node --format=esm | node --input-type=module
import { mkdirSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { FORMAT_VERSION } from '../../src/engine/split/footer.ts'
import { buildSample, type SampleDoc } from './sample-docs.ts'
import { plainContent } from './split-content.ts'

const folder = 'test/format/fixtures'
const levels = ['INFO', 'WARN', 'ERROR']
const animals = ['ant', 'bee', 'cat', 'dog', 'élan', 'fox', 'gnu']

/** Bits without a pattern, the same in every run. */
function scrambled(i: number): number {
  return Math.imul(i + 1, 0x9e3779b1) >>> 16
}

/** Every type, one and several values, gaps, 64-bit extremes, and texts of all stored forms. */
function fixtureDoc(i: number): SampleDoc {
  const level = levels[scrambled(i) % 3] ?? ''
  const bits = scrambled(i)
  const body = `${animals[bits % 7]} meets ${animals[(bits >> 3) % 7]} item ${i}${bits & 64 ? ' twice' : ''}`
  const price = (100 + ((i * 37) % 900)) / 100
  const name = `Item ${i}`
  const share = ((bits % 400) / 4).toFixed(bits % 4 === 0 ? 1 : 2).replace(/50$/, '5')
  const block = `blk_${1 + (bits % 9)}${String(scrambled(i) * 7).padStart(18, '0')}, part ${String(i).padStart(5, '0')}`
  const values: SampleDoc['values'][number][] = [
    [0, 1_700_000_000_000 + i * 250],
    [1, body],
    [2, level],
    [3, i - 30],
    [4, i % 5],
    [5, price],
    [6, i % 4 === 0],
  ]
  if (i % 2 === 0) values.push([2, 'Extra tag'])
  if (i % 3 === 0)
    values.push([7, Uint8Array.from({ length: 16 }, (_, at) => (at < 10 ? 0 : at < 12 ? 255 : i))])
  if (i % 5 === 0) values.push([8, Uint8Array.of(i, 255 - i)])
  if (i === 7)
    values.push([3, -(2n ** 63n)], [3, 2n ** 63n - 1n], [4, 2n ** 64n - 1n], [5, -0], [5, 1e300])
  if (i % 8 === 0) values.push([9, 1_700_000_000_000_000_001n + BigInt(i)])
  return {
    values,
    source: `{"share":${share},${JSON.stringify({ i, level, price, body, name, by: `u${bits % 19}`, block }).slice(1)}`,
  }
}

const docs = Array.from({ length: 400 }, (_, i) => fixtureDoc(i))
const { bytes } = await buildSample(docs, { docStoreBlockBytes: 8192 })
mkdirSync(folder, { recursive: true })
writeFileSync(`${folder}/v${FORMAT_VERSION}.split`, bytes)
writeFileSync(
  `${folder}/v${FORMAT_VERSION}.expected.json`,
  `${JSON.stringify(plainContent(bytes))}\n`,
)

const small = (await buildSample(docs.slice(0, 3))).bytes
writeFileSync(`${folder}/empty.split`, new Uint8Array(0))
writeFileSync(`${folder}/truncated.split`, small.subarray(0, small.length - 40))
writeFileSync(
  `${folder}/flipped-byte.split`,
  small.map((byte, at) => (at === small.length - 60 ? byte ^ 1 : byte)),
)
writeFileSync(`${folder}/future-version.split`, futureVersion(small))

/** The trailer says that only readers of the version after this one can read the file. */
function futureVersion(split: Uint8Array): Uint8Array {
  const future = split.slice()
  const trailer = new DataView(future.buffer, future.length - 24)
  trailer.setUint16(12, FORMAT_VERSION + 1, true)
  trailer.setUint16(14, FORMAT_VERSION + 1, true)
  trailer.setUint32(16, crc32(future.subarray(-24, -8)), true)
  return future
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { stringifyJson } from '../../../src/engine/bytes/json.ts'
import { checkDocs } from '../../../src/engine/indexing/index-docs.ts'
import { parseIndexConfig } from '../../../src/engine/schema/config-text.ts'
import { parseSourceFormat, SOURCE_FORMAT_NAMES } from '../../../src/engine/schema/source-format.ts'
import { inferIndexConfig } from '../../../src/engine/sources/infer/infer.ts'
import { LineProblem } from '../../../src/engine/sources/line-reader.ts'
import { readSource } from '../../../src/engine/sources/read-source.ts'
import { sampleSource } from '../../../src/engine/sources/sample-source.ts'
import type { Source } from '../../../src/engine/sources/source.ts'
import { CONFIG_YAML } from './corpus.ts'
import type { Draw } from './draw.ts'

const FOLDER = join(import.meta.dirname, '../../formats/fixtures')
const NOW_MS = Date.UTC(2026, 10, 26)

/** One of every format, and of every compression that files come in. */
const FILES = readdirSync(FOLDER)
  .filter((name) => !name.includes('.expected.'))
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(FOLDER, name))) }))

const CONTENTS = FILES.map(({ bytes }) => bytes)
const CONFIG = parseIndexConfig(CONFIG_YAML)

const PACKINGS: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
  (bytes) => bytes,
  (bytes) => bytes,
  (bytes) => zlib.gzipSync(bytes, { level: 1 }),
  (bytes) =>
    Buffer.concat([zlib.gzipSync(bytes.subarray(0, 100)), zlib.gzipSync(bytes.subarray(100))]),
  zstdOfThisNode(),
]

/** Node has it from 22.15 on; without it files are packed as gzip. */
function zstdOfThisNode(): (bytes: Uint8Array) => Uint8Array {
  const pack: unknown = Reflect.get(zlib, 'zstdCompressSync')
  const zstd = typeof pack === 'function' ? (pack as typeof zlib.gzipSync) : zlib.gzipSync
  return (bytes) => zstd(bytes)
}

/** True where at least one document was read. */
export async function trySource(draw: Draw, isAsIs: boolean): Promise<boolean> {
  const { name, bytes } = draw.of(FILES)
  const inside = isAsIs || draw.chance(0.2) ? bytes : draw.bytes(bytes, CONTENTS)
  const packed = draw.of(PACKINGS)(inside)
  const isOutside = !isAsIs && (inside === bytes || draw.chance(0.1))
  const all = isOutside ? draw.bytes(packed, CONTENTS) : packed
  const isForced = !isAsIs && draw.chance(0.15)
  const format = isForced ? parseSourceFormat(draw.of(SOURCE_FORMAT_NAMES)) : undefined
  const source = sourceOf(name, all, draw.chance(0.2) ? 1 + draw.below(50) : all.length)
  const purpose = draw.below(10)
  if (purpose === 0) return await inferred({ ...source, format })
  const resumeAt = draw.chance(0.1) ? draw.below(all.length) : 0
  let docCount = 0
  const lines: Uint8Array[] = []
  for await (const event of readSource({ ...source, format }, { nowMs: NOW_MS, resumeAt })) {
    if (event.kind === 'overlong') continue
    for (let i = 0; i < event.count; i++) {
      if (event.kind === 'lines') lines.push(event.bytesOf(i))
      else {
        const { doc } = event.recordAt(i)
        if (doc instanceof LineProblem) continue
        docCount++
        lines.push(Buffer.from(stringifyJson(doc)))
      }
    }
  }
  const ndjson = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
  docCount += checkDocs(CONFIG, ndjson, NOW_MS).docCount
  return docCount > 0
}

async function inferred(source: Source): Promise<boolean> {
  const sample = await sampleSource(source, { maxDocs: 100, nowMs: NOW_MS })
  inferIndexConfig(sample.docs, { indexId: 'shop', format: sample.format })
  return true
}

function sourceOf(name: string, bytes: Uint8Array, pieceBytes: number): Source {
  return {
    uri: `file:///${name}`,
    etag: '1',
    sizeBytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes)
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

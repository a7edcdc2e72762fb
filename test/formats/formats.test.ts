import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseJson, stringifyJson, type JsonObject } from '../../src/engine/bytes/json.ts'
import { indexSource } from '../../src/engine/indexing/pipeline.ts'
import { Metastore } from '../../src/engine/metastore/metastore.ts'
import { parseQueryString } from '../../src/engine/query/query-string.ts'
import { parseSourceFormat, sourceFormatName } from '../../src/engine/schema/source-format.ts'
import { SearchCaches } from '../../src/engine/search/caches.ts'
import { searchRoot } from '../../src/engine/search/root.ts'
import { inferIndexConfig } from '../../src/engine/sources/infer/infer.ts'
import { LineProblem } from '../../src/engine/sources/line-reader.ts'
import { readSource } from '../../src/engine/sources/read-source.ts'
import { sampleSource } from '../../src/engine/sources/sample-source.ts'
import type { Source } from '../../src/engine/sources/source.ts'
import { SOURCE_TEMPLATES } from '../../src/engine/sources/templates/source-templates.ts'
import { memoryStore } from '../../src/stores/memory-store.ts'
import { systemClock, systemRandom } from '../../src/stores/system-clock.ts'

const folder = join(import.meta.dirname, 'fixtures')

/** Each file, the format that it is recognised as, and the template that is proposed for it. */
const RECOGNISED: readonly (readonly [file: string, format: string, template?: string])[] = [
  ['app.ndjson', 'ndjson'],
  ['array.json', 'json'],
  ['pretty.json', 'json'],
  ['firehose.json', 'json'],
  ['cloudtrail.json', 'json:Records', 'cloudtrail'],
  ['waf.log', 'ndjson', 'waf'],
  ['people.csv', 'csv'],
  ['cities.tsv', 'tsv'],
  ['semicolon.csv', 'csv-semicolon'],
  ['app.logfmt', 'logfmt'],
  ['plain.log', 'text'],
  ['nginx.log', 'nginx', 'nginx'],
  ['apache-common.log', 'nginx', 'nginx'],
  ['apache-vhost.log', 'nginx', 'nginx'],
  ['nginx-error.log', 'nginx-error', 'nginx-error'],
  ['apache-error.log', 'apache-error', 'apache-error'],
  ['alb.log', 'alb', 'alb'],
  ['clb.log', 'clb', 'clb'],
  ['nlb.log', 'nlb', 'nlb'],
  ['vpc-flow.log', 'vpc-flow', 'vpc-flow'],
  ['vpc-flow-v2.log', 'vpc-flow', 'vpc-flow'],
  ['cloudfront.log', 'cloudfront', 'cloudfront'],
  ['s3-access.log', 's3-access', 's3-access'],
  ['k8s.log', 'k8s', 'k8s'],
  ['docker.log', 'k8s', 'k8s'],
  ['syslog-5424.log', 'syslog'],
  ['syslog-3164.log', 'syslog', 'syslog'],
  ['otel-logs.json', 'otel-logs', 'otel-logs'],
  ['otel-traces.json', 'otel-traces', 'otel-traces'],
  ['bulk.ndjson', 'bulk'],
  ['members.ndjson.gz', 'ndjson'],
  ['frames.ndjson.zst', 'ndjson'],
  ['sales.parquet', 'parquet'],
]

/** Files that only a person can know. */
const FORCED: readonly (readonly [file: string, format: string])[] = [
  ['envelope.json', 'json:report.rows'],
]

const FILES = [...RECOGNISED, ...FORCED].map(([file, format, template = '']) => {
  const isForced = FORCED.some(([forced]) => forced === file)
  return { file, format, template, isForced }
})

/** Packed in ways that are known and not read, and what to type instead. */
const REFUSED = [
  ['nginx.log.bz2', 'bzip2', 'bzip2 -dc FILE | gzip'],
  ['nginx.log.lz4', 'lz4', 'lz4 -dc FILE | gzip'],
] as const

/** For times without a year. */
const NOW_MS = Date.UTC(2026, 10, 26)

function fileSource(name: string, pieceBytes = 1_000_000, format?: string): Source {
  const forced = format ?? FORCED.find(([file]) => file === name)?.[1]
  const bytes = readFileSync(join(folder, name))
  return {
    uri: `file:///${name}`,
    format: forced === undefined ? undefined : parseSourceFormat(forced),
    etag: '1',
    sizeBytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        yield bytes.subarray(at, at + pieceBytes)
    },
    verifyUnchanged: () => Promise.resolve(),
  }
}

/** Documents with their positions; what is none as its reason. */
async function documents(
  source: Source,
  resumeAt = 0,
  onPosition: (end: number) => void = () => undefined,
): Promise<{ text: string; position: number }[]> {
  const found: { text: string; position: number }[] = []
  for await (const event of readSource(source, { nowMs: NOW_MS, resumeAt })) {
    onPosition(event.endPosition)
    if (event.kind === 'overlong') continue
    for (let i = 0; i < event.count; i++) {
      const position = event.positionOf(i)
      if (event.kind === 'records') {
        const { doc } = event.recordAt(i)
        found.push({ text: doc instanceof LineProblem ? doc.reason : stringifyJson(doc), position })
      } else if (event.bytesOf(i).length > 0) {
        found.push({ text: event.textOf(i)?.trimEnd() ?? '', position })
      }
    }
  }
  return found
}

test.each(FILES)(
  '$file is read as $format and gives the expected documents',
  async ({ file, format }) => {
    const sample = await sampleSource(fileSource(file), { maxDocs: 100, nowMs: NOW_MS })
    expect(sourceFormatName(sample.format)).toBe(format)
    const path = join(folder, `${file}.expected.ndjson`)
    const texts = (await documents(fileSource(file))).map(({ text }) => text)
    // UPDATE=1 writes what is missing; whoever sets it reads the difference.
    if (!existsSync(path) && process.env['UPDATE'] === '1')
      writeFileSync(path, `${texts.join('\n')}\n`)
    expect(texts).toEqual(readFileSync(path, 'utf8').trimEnd().split('\n'))
  },
)

test.each(FILES)(
  '$file reads the same in pieces of any size, and from any document on',
  async ({ file }) => {
    const whole = await documents(fileSource(file))
    expect(await documents(fileSource(file, 7))).toEqual(whole)
    for (const [i, { position }] of whole.entries()) {
      expect(await documents(fileSource(file), position)).toEqual(whole.slice(i))
      if (i > 0) expect(position).toBeGreaterThan(whole[i - 1]?.position ?? Infinity)
    }
  },
)

/** Written line by line or document by document, and not packed. */
const GROWING = FILES.filter(({ file }) => !/\.(gz|zst|bz2|lz4|parquet|snappy|sz)$/.test(file))

/** The first bytes of a file that is being written. */
function beginningOf(source: Source, length: number): Source {
  return {
    ...source,
    async *open(signal) {
      let left = length
      for await (const chunk of source.open(signal)) {
        yield chunk.subarray(0, left)
        left -= chunk.length
        if (left <= 0) return
      }
    },
    findGrown: () => Promise.resolve(undefined),
    isAtRest: () => Promise.resolve(false),
  }
}

test.each(GROWING)(
  '$file can be read up to any byte while it is written, and from there on',
  async ({ file, format }) => {
    const whole = await documents(fileSource(file, undefined, format))
    const { sizeBytes = 0 } = fileSource(file)
    for (let length = 1; length < sizeBytes; length += Math.ceil(sizeBytes / 150)) {
      const beginning = beginningOf(fileSource(file, undefined, format), length)
      let position = 0
      const read = (await documents(beginning, 0, (end) => (position = end))).length
      expect(position).toBeLessThanOrEqual(length)
      const rest = await documents(fileSource(file, undefined, format), position)
      expect([...whole.slice(0, read), ...rest], `cut at ${length}`).toEqual(whole)
    }
  },
)

test.each(GROWING.filter(({ format }) => !/^(json|csv|tsv)/.test(format)))(
  '$file says the same with blank lines in it',
  async ({ file, format }) => {
    const source = fileSource(file, undefined, format)
    const spaced: Source = {
      ...source,
      async *open(signal) {
        const chunks: Uint8Array[] = []
        for await (const chunk of source.open(signal)) chunks.push(chunk)
        const text = Buffer.concat(chunks).toString('latin1')
        yield Buffer.from(`\n${text.replaceAll('\n', '\n\n')}\r\n \n`, 'latin1')
      },
    }
    const texts = (found: readonly { text: string }[]): string[] => found.map(({ text }) => text)
    const expected = texts(await documents(source))
    expect(texts(await documents(spaced)).filter((text) => text !== '')).toEqual(expected)
  },
)

test.each(FILES)(
  '$file is indexed whole under the mapping inferred from it',
  async ({ file, template }) => {
    const { docs, format } = await sampleSource(fileSource(file), { maxDocs: 100, nowMs: NOW_MS })
    const inferred = inferIndexConfig(docs, { indexId: 'logs', format })
    expect(inferred.template ?? '').toBe(template)
    const store = memoryStore()
    const components = { clock: systemClock, random: systemRandom }
    const metastore = new Metastore(store, components)
    // A commit after each document: every position is one that a run could stop at.
    const indexingSettings = { ...inferred.config.indexingSettings, splitNumDocsTarget: 1 }
    await metastore.createIndex({ ...inferred.config, indexingSettings })
    const result = await indexSource(
      { metastore, ...components },
      { indexId: 'logs', source: fileSource(file) },
    )
    const nones = (await documents(fileSource(file))).length - docs.length
    expect(result, JSON.stringify(result.rejectReasons)).toMatchObject({
      docCount: docs.length,
      rejectedCount: nones,
    })
    const search = async (query: string) =>
      await searchRoot(
        {
          indexIdPatterns: ['logs'],
          missingIndexes: 'error',
          query: parseQueryString(query, { defaultOperator: 'and' }),
          maxHits: 100,
          startOffset: 0,
          sort: [],
          countAll: true,
          snippetFields: [],
          allowFailedSplits: false,
        },
        { store, metastore, caches: new SearchCaches(), clock: systemClock },
      )
    expect(result.splitIds).toHaveLength(docs.length)
    const { hits } = await search('*')
    const keys = (doc: JsonObject): string => {
      const present = Object.entries(doc).filter(([, value]) => {
        return value !== null && !(Array.isArray(value) && value.length === 0)
      })
      return present
        .map(([key]) => key)
        .toSorted()
        .join()
    }
    const seen = hits.map(({ json }) => keys(parseJson(json) as JsonObject)).toSorted() // hits are objects
    expect(seen).toEqual(docs.map(keys).toSorted())
    for (const { query } of SOURCE_TEMPLATES.get(template)?.examples ?? []) {
      expect((await search(query)).numHits).toBeLessThanOrEqual(docs.length)
    }
  },
)

test.each(REFUSED)('%s is refused as %s, with the way out', async (file, name, fix) => {
  await expect(documents(fileSource(file))).rejects.toMatchObject({
    kind: 'invalid',
    code: 'INGEST-FORMAT',
    message: expect.stringContaining(name),
    fix: expect.stringContaining(fix),
  })
})

test('every file of the folder is looked at', () => {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.expected.ndjson'))
  const used = [...FILES.map(({ file }) => file), ...REFUSED.map(([file]) => file)]
  expect(names.toSorted()).toEqual(used.toSorted())
})

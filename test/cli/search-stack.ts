import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runCli, type ProcessResult } from '../cli-process.ts'

const CONFIG = `version: "0.8"
index_id: visits
doc_mapping:
  mode: dynamic
  field_mappings:
    - name: at
      type: datetime
      input_formats: [unix_timestamp]
      output_format: unix_timestamp_nanos
      fast_precision: nanoseconds
      fast: true
    - name: id
      type: u64
      fast: true
    - name: message
      type: text
      record: position
    - name: level
      type: text
      tokenizer: raw
      fast: true
    - name: place
      type: object
      field_mappings:
        - name: city
          type: text
          tokenizer: raw
    - name: tags
      type: array<text>
      tokenizer: raw
  timestamp_field: at
search_settings:
  default_search_fields: [message]
`

/** 2026-11-23T04:00:00Z */
export const START_NS = 1_795_406_400_000_000_000n
export const DOC_COUNT = 60
/** Beyond 2^53, and the largest of its type. */
export const LARGE_ID = 18_446_744_073_709_551_615n

/** One document a second from START_NS on; the last digits of the time need all 64 bits. */
export function docLine(n: number): string {
  const at = START_NS + BigInt(n) * 1_000_000_000n + BigInt(n)
  const message = n === 7 ? String.raw`a \"quoted\", odd\nmessage` : `user ${n} opened the door`
  const level = n % 3 === 0 ? 'error' : 'info'
  const tags = n % 2 === 0 ? '["a","b"]' : '["c"]'
  return `{"at":${at},"id":${LARGE_ID - BigInt(n)},"message":"${message}","level":"${level}","place":{"city":"Rome"},"tags":${tags}}`
}

/** A local stack with the documents above in a folder of its own. */
export interface SearchStack {
  readonly folder: string
  run(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    input?: string,
  ): Promise<ProcessResult>
  /** Stdout of a run that has to succeed. */
  ok(...args: string[]): Promise<string>
  remove(): Promise<void>
}

export async function searchStack(): Promise<SearchStack> {
  const folder = await mkdtemp(join(tmpdir(), 'qw-search-'))
  const run: SearchStack['run'] = (args, env = {}, input = '') =>
    runCli(args, { cwd: folder, env: { QWL_TZ: 'utc', ...env }, input })
  const ok: SearchStack['ok'] = async (...args) => {
    const { stdout, stderr, exitCode } = await run(args)
    expect([exitCode, stderr.split('\n').filter((line) => line.startsWith('✗'))]).toEqual([0, []])
    return stdout
  }
  await writeFile(join(folder, 'visits.yaml'), CONFIG)
  const lines = Array.from({ length: DOC_COUNT }, (_, n) => docLine(n))
  await writeFile(join(folder, 'visits.ndjson'), `${lines.join('\n')}\n`)
  const flags = [
    '--name',
    'shop',
    '--data',
    'empty',
    '--schema',
    'visits.yaml',
    '--data-dir',
    'data',
  ]
  await ok('init', '--target', 'local', ...flags, '-y')
  await ok('ingest', 'visits.ndjson', '--index', 'visits')
  return { folder, run, ok, remove: () => rm(folder, { recursive: true, force: true }) }
}

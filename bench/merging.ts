import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { rowOf } from './measure.ts'
import type { BenchRow, BenchSection, PartResult, Unit } from './report.ts'

interface Once {
  readonly indexMs: number
  readonly mergeMs: number
  readonly inputBytes: number
  readonly outputBytes: number
  readonly docCount: number
  /** Of the process before the merge, and the most while it merged. */
  readonly restingBytes: number
  readonly peakBytes: number
}

/** One merge of ten batches in a process of its own, so that its peak memory is that of the merge. */
export function benchMerging(nodeArgs: readonly string[]): PartResult {
  const sets = [
    ['mock sales', 'sales'],
    ['HDFS-shaped lines', 'hdfs'],
  ] as const
  return { sections: sets.map(([what, set]) => mergeSection(what, set, nodeArgs)) }
}

function mergeSection(what: string, set: string, nodeArgs: readonly string[]): BenchSection {
  const script = join(import.meta.dirname, 'merge-once.mjs')
  const args = [...nodeArgs, '--expose-gc', script, set]
  const once = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Once
  const { docCount, indexMs, mergeMs, inputBytes } = once
  const row = (
    id: string,
    measure: string,
    unit: Unit,
    value: number,
    more: Partial<BenchRow> = {},
  ) => rowOf({ id: `merge-${set}-${id}`, measure, unit, ...more }, value)
  const more = { better: 'more' } as const
  return {
    title: `Merging 10 batches of ${what}, ${docCount} documents, ${(inputBytes / 1e6).toFixed(1)} MB`,
    rows: [
      row('index', 'documents indexed', '/s', docCount / (indexMs / 1_000), more),
      row('merge', 'documents merged', '/s', docCount / (mergeMs / 1_000), more),
      row('speed', 'merging against indexing', 'x', indexMs / mergeMs, {
        ...more,
        must: 2,
        aim: 5,
      }),
      row(
        'memory',
        'memory of the merge, in bytes of its inputs',
        'x',
        (once.peakBytes - once.restingBytes) / inputBytes,
      ),
    ],
  }
}

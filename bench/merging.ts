import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { printTable } from './measure.ts'

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
export function benchMerging(nodeArgs: readonly string[]): void {
  printMerge('mock sales', 'sales', nodeArgs)
  printMerge('HDFS-shaped lines', 'hdfs', nodeArgs)
}

function printMerge(what: string, set: string, nodeArgs: readonly string[]): void {
  const script = join(import.meta.dirname, 'merge-once.mjs')
  const args = [...nodeArgs, '--expose-gc', script, set]
  const once = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Once
  const factor = (once.peakBytes - once.restingBytes) / once.inputBytes
  const perSecond = (ms: number): string => `${Math.round(once.docCount / ms)}k docs/s`
  printTable(
    `Merging 10 batches of ${what}, ${once.docCount} documents, ${(once.inputBytes / 1e6).toFixed(1)} MB`,
    [
      { measure: 'indexing them', value: perSecond(once.indexMs), must: '', aim: '' },
      { measure: 'merging them', value: perSecond(once.mergeMs), must: '', aim: '' },
      {
        measure: 'merge speed against indexing speed',
        value: `${(once.indexMs / once.mergeMs).toFixed(1)}x`,
        must: '2x',
        aim: '5x',
      },
      {
        measure: 'memory of the merge, in bytes of its inputs',
        value: `${factor.toFixed(1)}x`,
        must: '',
        aim: '',
      },
    ],
  )
}

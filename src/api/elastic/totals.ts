import { publishedSplits, type IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'

interface Totals {
  docs: number
  /** Of the split files. */
  sizeBytes: number
  /** Of the documents as they came. */
  sourceBytes: number
  splits: number
}

export function totalsOf(files: readonly IndexFile[]): Totals {
  const totals: Totals = { docs: 0, sizeBytes: 0, sourceBytes: 0, splits: 0 }
  for (const split of files.flatMap(publishedSplits)) {
    totals.docs += split.docCount
    totals.sizeBytes += splitSizeBytes(split)
    totals.sourceBytes += split.sourceBytes
    totals.splits++
  }
  return totals
}

const UNITS = ['b', 'kb', 'mb', 'gb', 'tb', 'pb']

/** `812b`, `1.5kb`, `2.0mb`, 1024-based; a whole number without unit where the unit is given. */
export function sizeText(bytes: number, unit?: string): string {
  if (unit !== undefined) return String(Math.floor(bytes / 1024 ** UNITS.indexOf(unit)))
  let size = bytes
  let step = 0
  while (size >= 1024 && step < UNITS.length - 1) {
    size /= 1024
    step++
  }
  return `${step === 0 ? size : size.toFixed(1)}${UNITS[step] ?? ''}`
}

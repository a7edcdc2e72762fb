import { QwError } from '../errors.ts'
import type { IndexFile } from './index-metadata.ts'
import { GONE_KEPT_MS } from './margins.ts'

/**
 * Ids of splits and snapshots that the metastore file named and does not name any more, with the Unix
 * seconds at which they left it. Whoever wrote one and got no answer finds it here, and does not write it
 * a second time, when its object is gone.
 */
export type GoneNames = ReadonlyMap<string, number>

/** The file with names that it has lost just now, and without those that nobody tries to write again. */
export function withGone(file: IndexFile, ids: readonly string[], nowMs: number): IndexFile {
  const nowSeconds = Math.floor(nowMs / 1000)
  const sinceSeconds = nowSeconds - GONE_KEPT_MS / 1000
  const kept = [...file.gone].filter(([, goneSeconds]) => goneSeconds >= sinceSeconds)
  if (ids.length === 0 && kept.length === file.gone.size) return file
  return { ...file, gone: new Map([...kept, ...ids.map((id) => [id, nowSeconds] as const)]) }
}

/** `[id, seconds]` each. */
export function encodeGone(gone: GoneNames): (readonly [string, number])[] {
  return [...gone]
}

/** Throws `corrupt`. */
export function decodeGone(values: readonly unknown[]): GoneNames {
  return new Map(values.map(decodeEntry))
}

function decodeEntry(value: unknown): readonly [string, number] {
  const [id, seconds]: unknown[] = Array.isArray(value) ? value : []
  if (typeof id === 'string' && Number.isSafeInteger(seconds)) return [id, Number(seconds)]
  throw new QwError('corrupt', 'metastore: an entry of gone names is not [id, seconds]')
}

import { isQwError, QwError } from '../engine/errors.ts'
import type { IndexFile } from '../engine/metastore/index-metadata.ts'
import type { Metastore } from '../engine/metastore/metastore.ts'

const PATTERN = /^-?[a-zA-Z*][a-zA-Z0-9\-_.*]{0,254}$/

/** `a,b*,-c`, decoded: ids, patterns with `*`, and exclusions; at least one positive part. */
export function indexPatterns(text: string): string[] {
  const parts = text.split(',').map((part) => part.trim())
  for (const part of parts) {
    const isTooShort = !part.includes('*') && part.replace(/^-/, '').length < 3
    if (!PATTERN.test(part) || part.includes('**') || isTooShort) {
      throw new QwError('invalid', `index id pattern \`${part.slice(0, 300)}\` is invalid`, {
        fix: 'use letters, digits, `-`, `_`, `.` and `*`; at least 3 characters without `*`',
      })
    }
  }
  if (!parts.some((part) => !part.startsWith('-'))) {
    throw new QwError('invalid', `index id patterns \`${text}\` only exclude: name one to search`)
  }
  return parts
}

/** The matching indexes; ids that do not exist are errors in the words of the API, or left out. */
export async function matchingIndexes(
  metastore: Metastore,
  patterns: readonly string[],
  missingIndexes: 'error' | 'skip',
): Promise<IndexFile[]> {
  if (missingIndexes === 'error') {
    return await withMissingAs(metastore.listIndexes(patterns), noneMatching(patterns))
  }
  const known = new Set(await metastore.listIndexIds())
  const isThere = (part: string): boolean =>
    part.includes('*') || part.startsWith('-') || known.has(part)
  const existing = patterns.filter(isThere)
  return existing.some((part) => !part.startsWith('-')) ? await metastore.listIndexes(existing) : []
}

export async function loadIndex(metastore: Metastore, indexId: string): Promise<IndexFile> {
  return await withMissingAs(metastore.load(indexId), `index \`${indexId}\` not found`)
}

/** Says a missing index as clients of the API know it, and keeps the way out. */
export async function withMissingAs<T>(work: Promise<T>, message: string): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (!isQwError(cause, 'notFound') || cause.code !== 'INDEX-NONE') throw cause
    throw new QwError('notFound', message, { code: cause.code, fix: cause.fix, cause })
  }
}

export function noneMatching(patterns: readonly string[]): string {
  return `could not find indexes matching the IDs \`${JSON.stringify(patterns)}\``
}

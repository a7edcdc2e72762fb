import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { KnownContent } from '../engine/sources/source.ts'

/** `<length>-<SHA-256>`: the ETag of a file's content, or of what it begins with. */
export function contentMark(length: number, sha256: string): string {
  return `${length}-${sha256}`
}

/** The length that the ETag of a file begins with. */
export function lengthOf({ etag }: Pick<KnownContent, 'etag'>): number {
  return Number(etag.slice(0, etag.indexOf('-')))
}

/**
 * What of `known` the file at `uri` is, or has grown from: the longest that is among its `marks`. One of
 * its own name comes first. One of another name counts once it was moved: what stands there still is a
 * copy, and a source of its own. `onCopy` is told that there is one.
 */
export async function recognised(
  known: readonly KnownContent[],
  {
    uri,
    marks,
    onCopy,
  }: { uri: string; marks: ReadonlySet<string>; onCopy?: (() => void) | undefined },
): Promise<KnownContent | undefined> {
  const held = known
    .filter(({ etag }) => marks.has(etag))
    .toSorted((a, b) => lengthOf(b) - lengthOf(a))
  const own = held.find((content) => content.uri === uri)
  if (own !== undefined) return own
  for (const content of held) {
    if (!(await stillStands(content))) return content
    onCopy?.()
  }
  return undefined
}

async function stillStands(content: KnownContent): Promise<boolean> {
  const path = fileURLToPath(content.uri)
  const length = lengthOf(content)
  const facts = await stat(path).catch(() => undefined)
  if (facts?.isFile() !== true || facts.size < length) return false
  const read = (end: number): AsyncIterable<Uint8Array> => createReadStream(path, { end: end - 1 })
  return (await contentMarks(read, [length])).has(content.etag)
}

/**
 * ETags of the contents that the first `lengths` bytes of a file are, where it has as many: one pass over
 * it. Nothing is no beginning, unless it is all that is asked for. `read` yields up to so many bytes.
 */
export async function contentMarks(
  read: (end: number) => AsyncIterable<Uint8Array>,
  lengths: readonly number[],
): Promise<ReadonlySet<string>> {
  const hash = createHash('sha256')
  const marks = new Set<string>()
  const isOnlyNothing = lengths.every((length) => length === 0)
  const waiting = [...new Set(lengths)]
    .filter((length) => length > 0 || isOnlyNothing)
    .toSorted((a, b) => a - b)
  let length = 0
  const mark = (): void => {
    marks.add(contentMark(length, hash.copy().digest('hex')))
    waiting.shift()
  }
  if (waiting[0] === 0) mark()
  for await (const chunk of read(Math.max(0, ...waiting))) {
    let at = 0
    while (waiting[0] !== undefined && waiting[0] <= length + chunk.length - at) {
      const end = at + waiting[0] - length
      hash.update(chunk.subarray(at, end))
      length += end - at
      at = end
      mark()
    }
    hash.update(chunk.subarray(at))
    length += chunk.length - at
  }
  return marks
}

import { isEnd, positionBytes } from '../../src/engine/metastore/checkpoint.ts'
import { DELETION_GRACE_MS } from '../../src/engine/metastore/index-file-changes.ts'
import type { IndexFile } from '../../src/engine/metastore/index-metadata.ts'
import { pinnedSplitIds } from '../../src/engine/metastore/snapshot-record.ts'
import { type Documents, groupOf, groupWord, type StagedFile } from './documents.ts'

/** What the index was after one write of its metastore file. */
interface Version {
  /** Undefined: the index was dropped. */
  readonly file: IndexFile | undefined
  /** Of the published documents, ascending. */
  readonly numbers: readonly number[]
}

/** What an erasure is about: what was published when it was asked for. */
interface Victims {
  readonly numbers: ReadonlySet<number>
  /** Of an erasure that is older than the content of the index: what it had erased until then. */
  readonly countedBefore: number
}

export interface Facts {
  readonly documents: Documents
  readonly files: ReadonlyMap<string, StagedFile>
  /** Numbers of documents that came in requests, which have no checkpoint. */
  readonly requested: ReadonlySet<number>
  readonly skewMaxMs: number
}

/** Everything that an index has been, and what has to hold from one version to the next. */
export class IndexHistory {
  readonly versions: Version[] = []
  /** Grows when all is allowed to be gone: cleared, or dropped. */
  incarnation = 0
  /** Somebody has asked for it. */
  mayBeDropped = false
  readonly #facts: Facts
  #everPublished = new Set<number>()
  #gone = new Set<number>()
  #mayBeCleared = false
  /** Splits that the latest clearing emptied. */
  #cleared = new Set<string>()
  /** Published documents that an erasure is about, by its number. */
  #victims = new Map<number, Victims>()

  constructor(facts: Facts) {
    this.#facts = facts
  }

  get last(): Version {
    return this.versions.at(-1) ?? { file: undefined, numbers: [] }
  }

  hasPublished(n: number): boolean {
    return this.#everPublished.has(n)
  }

  isGone(n: number): boolean {
    return this.#gone.has(n)
  }

  askClearing(): void {
    this.#mayBeCleared = true
    this.#noteEmptied()
  }

  drop(): string[] {
    this.#begin()
    this.versions.push({ file: undefined, numbers: [] })
    return this.mayBeDropped ? [] : ['the index was dropped, and nobody asked for it']
  }

  /** What is wrong with the new version. */
  add(file: IndexFile, numbers: readonly number[], nowMs: number): string[] {
    const problems: string[] = []
    const isOther = this.last.file?.metadata.indexUid !== file.metadata.indexUid
    if (isOther && this.last.file !== undefined) {
      problems.push('another index took the place of this one')
    }
    const isNew = isOther || this.#isCleared(file)
    if (isNew) {
      if (!isOther && !this.#mayBeCleared) problems.push('the index was cleared by nobody')
      this.#begin()
      this.#cleared = new Set(isOther ? [] : file.splits.map(({ splitId }) => splitId))
    }
    const before = isNew ? [] : this.last.numbers
    problems.push(...this.#changes(before, numbers, nowMs))
    for (const n of numbers) this.#everPublished.add(n)
    problems.push(...this.#coverage(file, new Set(numbers)))
    problems.push(...this.#erasures(file, numbers))
    this.versions.push({ file, numbers })
    this.#noteEmptied()
    return problems
  }

  /** What is wrong with deleting the object of a split now. */
  deletion(splitId: string, nowMs: number): string[] {
    const { file } = this.last
    if (file === undefined) return []
    if (pinnedSplitIds(file).has(splitId)) return ['it is pinned by a snapshot']
    const record = file.splits.find((split) => split.splitId === splitId)
    // A clearing waits for no search.
    if (record === undefined || this.#cleared.has(splitId)) return []
    if (record.state === 'Published') return ['it is published']
    const graceMs = DELETION_GRACE_MS - 2 * this.#facts.skewMaxMs - 1000
    const isUsed = record.publishTimestamp !== undefined
    const ageMs = nowMs - record.updateTimestamp * 1000
    return isUsed && ageMs < graceMs ? ['searches may still be on it'] : []
  }

  /** A clearing that finds nothing published writes nothing, and deletes what is marked all the same. */
  #noteEmptied(): void {
    const { file, numbers } = this.last
    if (!this.#mayBeCleared || file === undefined || numbers.length > 0) return
    for (const { splitId } of file.splits) this.#cleared.add(splitId)
  }

  #begin(): void {
    this.incarnation++
    this.#everPublished = new Set()
    this.#gone = new Set()
    this.#victims = new Map()
  }

  #isCleared({ splits, metadata: { checkpoint } }: IndexFile): boolean {
    const { file, numbers } = this.last
    if (checkpoint.size > 0) return false
    const isForgotten = (file?.metadata.checkpoint.size ?? 0) > 0
    const isEmpty = splits.every(({ state }) => state !== 'Published')
    return isForgotten || (this.#mayBeCleared && numbers.length > 0 && isEmpty)
  }

  /** Nothing doubled, nothing back from erasure, nothing lost. */
  #changes(before: readonly number[], after: readonly number[], nowMs: number): string[] {
    const problems: string[] = []
    const now = new Set(after)
    if (now.size < after.length) problems.push(`doubled: ${doubles(after).join(', ')}`)
    const was = new Set(before)
    for (const n of now) {
      if (!was.has(n) && this.#everPublished.has(n)) problems.push(`document ${n} came back`)
    }
    for (const n of was) {
      if (now.has(n)) continue
      this.#gone.add(n)
      if (!this.#isErasable(n) && !this.#isExpired(n, nowMs)) problems.push(`document ${n} is lost`)
    }
    return problems
  }

  #isErasable(n: number): boolean {
    return [...this.#victims.values()].some(({ numbers }) => numbers.has(n))
  }

  #isExpired(n: number, nowMs: number): boolean {
    const { retention } = this.last.file?.metadata.config ?? {}
    if (retention === undefined) return false
    const ageMs = nowMs + this.#facts.skewMaxMs - this.#facts.documents.get(n).tsSeconds * 1000
    return ageMs >= retention.periodMs
  }

  /** The checkpoint says of exactly those documents that they were read which have been published. */
  #coverage({ metadata }: IndexFile, published: ReadonlySet<number>): string[] {
    const problems: string[] = []
    const covered = new Set<number>()
    for (const partitions of metadata.checkpoint.values()) {
      for (const [partitionId, { position }] of partitions) {
        const end = isEnd(position) ? Infinity : positionBytes(position)
        for (const { n, startByte } of this.#facts.files.get(partitionId)?.lines ?? []) {
          if (startByte >= end) continue
          covered.add(n)
          if (!this.#everPublished.has(n)) problems.push(`document ${n} is skipped, and lost`)
        }
      }
    }
    for (const n of published) {
      if (covered.has(n) || this.#facts.requested.has(n)) continue
      problems.push(`document ${n} is published, and will be again: the checkpoint misses it`)
    }
    return problems
  }

  #erasures({ deleteTasks }: IndexFile, numbers: readonly number[]): string[] {
    const problems: string[] = []
    for (const { opstamp, query, finishedMs, erasedDocCount } of deleteTasks) {
      const isAskedFor = (n: number): boolean => query.text === `text:${groupWord(groupOf(n))}`
      const victims = this.#victims.get(opstamp) ?? {
        numbers: new Set(numbers.filter(isAskedFor)),
        countedBefore: erasedDocCount,
      }
      this.#victims.set(opstamp, victims)
      const left = finishedMs === undefined ? [] : numbers.filter((n) => victims.numbers.has(n))
      if (left.length > 0)
        problems.push(`erasure ${opstamp} is finished without ${left.join(', ')}`)
      if (erasedDocCount - victims.countedBefore > victims.numbers.size) {
        problems.push(`erasure ${opstamp} counts too many`)
      }
    }
    return problems
  }
}

function doubles(numbers: readonly number[]): number[] {
  return [...new Set(numbers.filter((n, at) => numbers.indexOf(n) !== at))]
}

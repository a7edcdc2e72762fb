import { isEnd, positionBytes } from '../../src/engine/metastore/checkpoint.ts'
import { DELETION_GRACE_MS } from '../../src/engine/metastore/index-file-changes.ts'
import type { IndexFile } from '../../src/engine/metastore/index-metadata.ts'
import { REJECTED_KEPT_MS } from '../../src/engine/metastore/reject-set.ts'
import { pinnedSplitIds } from '../../src/engine/metastore/snapshot-record.ts'
import { type Documents, groupOf, groupWord, type StagedFile, START_MS } from './documents.ts'

/** What the index was after one write of its metastore file. */
interface Version {
  /** Undefined: the index was dropped. */
  readonly file: IndexFile | undefined
  /** Of the published documents, ascending. */
  readonly numbers: readonly number[]
  /** Documents that snapshots keep, by snapshot. */
  readonly pinned: ReadonlyMap<string, readonly number[]>
  /** Rejected documents that may be retried. */
  readonly waiting: readonly number[]
}

/** What an erasure is about: what was published when it was asked for. */
interface Victims {
  readonly numbers: ReadonlySet<number>
  /** By snapshot: what may not come back with it. */
  readonly pinned: ReadonlyMap<string, ReadonlySet<number>>
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

const NOTHING: Version = { file: undefined, numbers: [], pinned: new Map(), waiting: [] }

/** Everything that an index has been, and what has to hold from one version to the next. */
export class IndexHistory {
  readonly versions: Version[] = []
  /** Grows when all is allowed to be gone: cleared, or dropped. */
  incarnation = 0
  /** Somebody has asked for it. */
  mayBeDropped = false
  mayBeRestored = false
  readonly #facts: Facts
  #everPublished = new Set<number>()
  #gone = new Set<number>()
  /** Also before a clearing: a snapshot may bring back that they were read. */
  readonly #everRejected = new Set<number>()
  #mayBeCleared = false
  #current: readonly number[] = []
  /** Splits that the latest clearing emptied. */
  #cleared = new Set<string>()
  /** Published documents that an erasure is about, by its number. */
  #victims = new Map<number, Victims>()

  constructor(facts: Facts) {
    this.#facts = facts
  }

  get last(): Version {
    return this.versions.at(-1) ?? NOTHING
  }

  hasPublished(n: number): boolean {
    return this.#everPublished.has(n)
  }

  hasRejected(n: number): boolean {
    return this.#everRejected.has(n)
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
    this.versions.push(NOTHING)
    return this.mayBeDropped ? [] : ['the index was dropped, and nobody asked for it']
  }

  /** What is wrong with the new version. */
  add(version: Version & { readonly file: IndexFile }, nowMs: number): string[] {
    const { file, numbers } = version
    const problems: string[] = []
    const isOther = this.last.file?.metadata.indexUid !== file.metadata.indexUid
    if (isOther && this.last.file !== undefined) {
      problems.push('another index took the place of this one')
    }
    const isBack = !isOther && this.#returnIfRestored(version)
    const isNew = isOther || (!isBack && this.#isCleared(file))
    if (isNew) {
      if (!isOther && !this.#mayBeCleared) problems.push('the index was cleared by nobody')
      const kept = isOther ? [] : [...this.#victims]
      this.#begin()
      // Snapshots outlive a clearing, and what may not come back with them.
      for (const [opstamp, victims] of kept) {
        const pinned = stillPinned(this.last, victims)
        const task = file.deleteTasks.find((each) => each.opstamp === opstamp)
        const countedBefore = task?.erasedDocCount ?? 0
        this.#victims.set(opstamp, { numbers: new Set(), pinned, countedBefore })
      }
      this.#cleared = new Set(isOther ? [] : file.splits.map(({ splitId }) => splitId))
    }
    const before = isNew ? [] : this.#current
    problems.push(...this.#changes(before, numbers, nowMs))
    if (!isNew && !isBack) problems.push(...this.#rejections(version, nowMs))
    for (const n of version.waiting) this.#everRejected.add(n)
    for (const n of numbers) this.#everPublished.add(n)
    problems.push(...this.#coverage(file, new Set(numbers)))
    problems.push(...this.#erasures(version))
    this.versions.push(version)
    this.#current = numbers
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

  /**
   * A version that names exactly the documents of a snapshot is a restoration: without those that were
   * erased since, of which none may come back. What the checkpoint covers then has been read.
   */
  #returnIfRestored({ file, numbers }: Version & { readonly file: IndexFile }): boolean {
    const { last } = this
    if (!this.mayBeRestored || last.file === undefined) return false
    const isMoved = this.#covered(file).size !== this.#covered(last.file).size
    if (numbers.join() === last.numbers.join() && !isMoved) return false
    const isRestored = [...last.pinned].some(([snapshotId, pinned]) => {
      const isErased = (n: number): boolean =>
        this.#isErasable(n) ||
        [...this.#victims.values()].some((victims) => victims.pinned.get(snapshotId)?.has(n))
      const back = new Set(pinned.filter((n) => !isErased(n)))
      return numbers.length === back.size && numbers.every((n) => back.has(n))
    })
    if (!isRestored) return false
    this.incarnation++
    const read = [...this.#covered(file)].filter((n) => !this.#everRejected.has(n))
    const known = new Set([...numbers, ...read])
    for (const n of this.#everPublished) {
      if (!known.has(n) && !this.#facts.requested.has(n)) this.#everPublished.delete(n)
    }
    for (const n of known) this.#everPublished.add(n)
    this.#gone = new Set([...this.#everPublished].filter((n) => !numbers.includes(n)))
    for (const [opstamp, victims] of this.#victims) {
      const left = [...victims.numbers].filter((n) => this.#everPublished.has(n))
      const counted = file.deleteTasks.find((task) => task.opstamp === opstamp)?.erasedDocCount
      const countedBefore = counted ?? victims.countedBefore
      this.#victims.set(opstamp, { ...victims, numbers: new Set(left), countedBefore })
    }
    this.#current = numbers
    return true
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

  /** What waits is not published, and goes from there by being published. */
  #rejections({ numbers, waiting }: Version, nowMs: number): string[] {
    const published = new Set(numbers)
    const twice = waiting.filter((n) => published.has(n))
    const problems = twice.map((n) => `document ${n} is published, and waits to be retried`)
    const isForgotten = nowMs - START_MS > REJECTED_KEPT_MS / 2
    // What was retried since a snapshot is lost with its restoration.
    if (isForgotten || this.mayBeRestored) return problems
    const here = new Set([...waiting, ...numbers])
    const lost = this.last.waiting.filter((n) => !here.has(n))
    return [...problems, ...lost.map((n) => `document ${n} waited to be retried, and is lost`)]
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
  #coverage(file: IndexFile, published: ReadonlySet<number>): string[] {
    const problems: string[] = []
    const covered = this.#covered(file)
    for (const n of covered) {
      if (this.#everPublished.has(n) || this.#everRejected.has(n)) continue
      problems.push(`document ${n} is skipped, and lost`)
    }
    for (const n of published) {
      if (covered.has(n) || this.#facts.requested.has(n)) continue
      problems.push(`document ${n} is published, and will be again: the checkpoint misses it`)
    }
    return problems
  }

  #covered({ metadata }: IndexFile): Set<number> {
    const covered = new Set<number>()
    for (const partitions of metadata.checkpoint.values()) {
      for (const [partitionId, { position }] of partitions) {
        const end = isEnd(position) ? Infinity : positionBytes(position)
        for (const { n, startByte } of this.#facts.files.get(partitionId)?.lines ?? []) {
          if (startByte < end) covered.add(n)
        }
      }
    }
    return covered
  }

  #erasures({ file, numbers, pinned }: Version & { readonly file: IndexFile }): string[] {
    const problems: string[] = []
    for (const { opstamp, query, finishedMs, erasedDocCount } of file.deleteTasks) {
      const isAskedFor = (n: number): boolean => query.text === `text:${groupWord(groupOf(n))}`
      const victims = this.#victims.get(opstamp) ?? {
        numbers: new Set(numbers.filter(isAskedFor)),
        pinned: new Map([...pinned].map(([id, kept]) => [id, new Set(kept.filter(isAskedFor))])),
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

/** What an erasure was about, as far as snapshots keep it: of those taken after it was asked for, too. */
function stillPinned({ pinned }: Version, victims: Victims): Victims['pinned'] {
  return new Map(
    [...pinned].map(([id, kept]) => {
      const known = victims.pinned.get(id)
      return [id, new Set(kept.filter((n) => victims.numbers.has(n) || known?.has(n) === true))]
    }),
  )
}

function doubles(numbers: readonly number[]): number[] {
  return [...new Set(numbers.filter((n, at) => numbers.indexOf(n) !== at))]
}

import type { ElasticHit } from './elastic-request.ts'

/** A document that was found, or that stands around one that was. */
interface ContextDoc {
  readonly isHit: boolean
  readonly doc: ElasticHit
}

/** Documents that follow each other in one index, oldest first. */
export type HitGroup = readonly ContextDoc[]

/** A hit with what is next to it. */
export interface Surrounded {
  readonly hit: ElasticHit
  /** Oldest first. */
  readonly before: readonly ElasticHit[]
  readonly after: readonly ElasticHit[]
  /** The document behind `after`, which is not shown: with it groups that touch are one. */
  readonly next: ElasticHit | undefined
}

/**
 * What grep makes of lines: stretches that overlap or touch are one group. `hits` come oldest first;
 * groups of different indexes stay apart, in the order of their first documents.
 */
export function hitGroups(hits: readonly Surrounded[]): HitGroup[] {
  const groups: OpenGroup[] = []
  const isHit = new Set(hits.map(({ hit }) => keyOf(hit)))
  const last = new Map<string, OpenGroup>()
  for (const { hit, before, after, next } of hits) {
    const docs = [...before, hit, ...after]
    const [first = hit] = docs
    let group = last.get(hit.index)
    if (group === undefined || !(group.docs.has(keyOf(first)) || group.next === keyOf(first))) {
      group = { docs: new Map(), next: undefined }
      groups.push(group)
      last.set(hit.index, group)
    }
    for (const doc of docs) group.docs.set(keyOf(doc), doc)
    group.next = next === undefined ? undefined : keyOf(next)
  }
  return groups.map(({ docs }) =>
    [...docs].map(([key, doc]): ContextDoc => ({ isHit: isHit.has(key), doc })),
  )
}

interface OpenGroup {
  readonly docs: Map<string, ElasticHit>
  next: string | undefined
}

/** Index, time and address: the last two are the sort values. */
function keyOf({ index, sort }: ElasticHit): string {
  return [index, ...sort.map(String)].join('\u0000')
}

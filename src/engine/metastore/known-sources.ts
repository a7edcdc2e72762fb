import { type Checkpoint, isEnd, partitionHash, positionBytes } from './checkpoint.ts'

/** What a checkpoint knows of one content of one file or object. */
export interface KnownSource {
  readonly sourceId: string
  /** As `withoutSource` takes it: `uri#etag`, or `#` and a hash where the name is forgotten. */
  readonly name: string
  /** Undefined: too many newer ones are known, and of this one only that it was there. */
  readonly uri: string | undefined
  /** Of a finished one whose name is forgotten the length is too. */
  readonly readBytes: number | undefined
  /** All of it is indexed. */
  readonly isWhole: boolean
  /** Of the last publish, in Unix seconds. */
  readonly updateTimestamp: number
}

/** Newest first. */
export function knownSources(checkpoint: Checkpoint): KnownSource[] {
  const known = [...checkpoint].flatMap(([sourceId, partitions]) =>
    [...partitions].map(([name, { position, updateTimestamp }]): KnownSource => {
      const [uri = ''] = name.split('#', 1)
      return {
        sourceId,
        name,
        uri: uri === '' ? undefined : uri,
        readBytes: position === '~' ? undefined : positionBytes(position),
        isWhole: isEnd(position),
        updateTimestamp,
      }
    }),
  )
  return known.toReversed().toSorted((a, b) => b.updateTimestamp - a.updateTimestamp)
}

/** The known contents that a name means: all of a URI, one by `uri#etag`, also when that is known by
 *  its hash alone, or one by `#` and the hash. */
export function sourcesNamed(checkpoint: Checkpoint, name: string): KnownSource[] {
  const hash = `#${partitionHash(name)}`
  return knownSources(checkpoint).filter(
    (known) => known.uri === name || known.name === name || known.name === hash,
  )
}

/** Forgets them, so that they are indexed when they come again. Returns its argument when there are none. */
export function withoutSources(checkpoint: Checkpoint, name: string): Checkpoint {
  const forgotten = sourcesNamed(checkpoint, name)
  if (forgotten.length === 0) return checkpoint
  const names = new Set(forgotten.map((known) => `${known.sourceId} ${known.name}`))
  const left = [...checkpoint].map(([sourceId, partitions]) => {
    const kept = [...partitions].filter(([id]) => !names.has(`${sourceId} ${id}`))
    return [sourceId, new Map(kept)] as const
  })
  return new Map(left)
}

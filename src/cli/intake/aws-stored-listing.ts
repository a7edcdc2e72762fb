import { QwError } from '../../engine/errors.ts'
import { whyNoData, type NoDataReason } from '../../engine/sources/data-object.ts'
import type { SourceBucketPort, SourceObject } from '../../deploy/ports.ts'
import type { CliContext } from '../command/context.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import type { StoredPlace } from './stored-place.ts'

/** Why an object is not handed over. `known`: it was before, or is in the index. */
type PassReason = NoDataReason | 'archived' | 'known'

interface ListedPage {
  readonly fresh: readonly SourceObject[]
  readonly passed: readonly PassReason[]
  /** The last key of the page, behind which the next one begins. */
  readonly cursor: string
  readonly isLast: boolean
}

type KnownTest = (object: SourceObject) => boolean

/** A prefix page by page, one LIST per thousand keys, from behind a key on. */
export async function* listStored(
  sources: SourceBucketPort,
  { bucket, prefix }: StoredPlace,
  from: { readonly after: string; readonly isKnown: KnownTest },
  signal: AbortSignal,
): AsyncGenerator<ListedPage> {
  for (let { after } = from; ;) {
    const { objects, more } = await sources.page(bucket, { prefix, after }, signal)
    const reasons = objects.map((object) => reasonOf(object, prefix, from.isKnown))
    after = objects.at(-1)?.key ?? after
    yield {
      fresh: objects.filter((_, i) => reasons[i] === undefined),
      passed: reasons.filter((reason) => reason !== undefined),
      cursor: after,
      isLast: !more,
    }
    if (!more) return
  }
}

function reasonOf(
  object: SourceObject,
  prefix: string,
  isKnown: KnownTest,
): PassReason | undefined {
  const reason = whyNoData(object, prefix)
  if (reason !== undefined) return reason
  if (isKnown(object)) return 'known'
  return object.archived ? 'archived' : undefined
}

/** What lies below a prefix, counted before anything is done with it. */
export interface StoredCount {
  readonly objectCount: number
  readonly storedBytes: number
  /** Unpacked, as far as names tell that they are packed. */
  readonly sourceBytes: number
  readonly listRequests: number
  readonly passed: ReadonlyMap<PassReason, number>
  /** A few from all over the listing, to look into. */
  readonly sample: readonly SourceObject[]
}

/** Objects of one command. Each is an entry of the metastore file for eleven days, some 45 bytes. */
const MAX_OBJECTS = 1_000_000
const SAMPLE_MAX = 8
/** Of logs as gzip and its like pack them: the generator's batches shrink to 0.28. */
const PACKED_RATIO = 0.28

export async function countStored(
  context: CliContext,
  sources: SourceBucketPort,
  place: StoredPlace,
  from: { readonly after: string; readonly isKnown: KnownTest },
): Promise<StoredCount> {
  const phase = context.report.phase(`Looking through ${place.uri}`)
  const passed = new Map<PassReason, number>()
  const sample = new SpreadSample()
  let [storedBytes, sourceBytes, listRequests] = [0, 0, 0]
  try {
    for await (const page of listStored(sources, place, from, context.signal)) {
      listRequests++
      for (const reason of page.passed) passed.set(reason, (passed.get(reason) ?? 0) + 1)
      for (const object of page.fresh) {
        sample.add(object)
        storedBytes += object.sizeBytes
        sourceBytes += unpackedBytes(object)
      }
      const detail = formatBytes(storedBytes)
      phase.progress({ done: sample.count, unit: 'objects', detail })
      if (sample.count > MAX_OBJECTS) throw tooMany(place)
    }
  } catch (error) {
    phase.fail()
    throw error
  }
  phase.succeed(
    `Found ${plural(sample.count, 'object')}, ${formatBytes(storedBytes)}${passedText(passed)}`,
  )
  return {
    objectCount: sample.count,
    storedBytes,
    sourceBytes,
    listRequests,
    passed,
    sample: sample.objects,
  }
}

function unpackedBytes({ key, sizeBytes }: SourceObject): number {
  return /\.(gz|gzip|zst|zstd|bz2|snappy)$/i.test(key) ? sizeBytes / PACKED_RATIO : sizeBytes
}

const REASONS: Readonly<Record<PassReason, string>> = {
  folder: 'folder markers',
  empty: 'empty',
  hidden: 'named as no data (a dot or an underscore in front)',
  unnamed: 'with a slash in front of the key',
  archived: 'archived, to be restored first',
  known: 'handed over before',
}

function passedText(passed: ReadonlyMap<PassReason, number>): string {
  const parts = [...passed].map(([reason, count]) => `${formatCount(count)} ${REASONS[reason]}`)
  return parts.length === 0 ? '' : `; passed over: ${parts.join(', ')}`
}

function tooMany({ uri }: StoredPlace): QwError {
  return new QwError('tooLarge', `${uri} has more than ${formatCount(MAX_OBJECTS)} objects`, {
    fix: 'take one folder after another, some days apart: qw-lambda ingest s3://bucket/prefix/2026/',
  })
}

/** Every nth object, with n doubled whenever there are too many. */
class SpreadSample {
  objects: SourceObject[] = []
  count = 0
  #step = 1

  add(object: SourceObject): void {
    if (this.count % this.#step === 0) this.objects.push(object)
    this.count++
    if (this.objects.length <= SAMPLE_MAX) return
    this.objects = this.objects.filter((_, i) => i % 2 === 0)
    this.#step *= 2
  }
}

import { formatDuration } from '../../engine/dates/duration.ts'
import { QwError } from '../../engine/errors.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import { splitKey } from '../../engine/metastore/layout.ts'
import { encodeSplitRecord, type SplitRecord } from '../../engine/metastore/split-record.ts'
import { decodeFooter, type SplitFooter } from '../../engine/split/footer.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { flag, text } from '../command/option.ts'
import { printJson, printRows } from '../command/rows.ts'
import { zoneOf } from '../command/time-zone.ts'
import { drawFacts, type Fact } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { formatTime } from '../format/time.ts'
import { currentDataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'

/** What of the file belongs to one field, or to the documents. */
interface Part {
  readonly name: string
  readonly type: string
  readonly termBytes: number
  readonly columnBytes: number
  readonly normBytes: number
  /** Of what is no field. */
  readonly bytes: number
}

export const indexSplitCommand = defineCommand({
  pages: () => true,
  args: [['<split>', 'split id, or as much of its beginning as is unique']],
  options: {
    index: text('--index <id>', 'index id (the stack’s default)'),
    files: flag('--files', 'also what its parts take, by field: one more read'),
  },
  examples: ['qw-lambda index splits', 'qw-lambda index split 01KAX5 --files'],
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const id = await currentIndex(context, stack, options.index)
    const { metastore } = stack.indexing
    const file = await metastore.load(id, context.signal)
    const split = findSplit(file, args[0] ?? '')
    const parts = options.files === true ? await readParts(context, metastore.store, id, split) : []
    const pinnedBy = file.snapshots.filter(({ splitBytes }) => splitBytes.has(split.splitId))
    const snapshots = pinnedBy.map(({ name }) => name)
    if (context.format === 'json') {
      return await printJson(context, {
        schema: 'qw-lambda/index-split/1',
        index: id,
        split: encodeSplitRecord(split),
        snapshots,
        ...(options.files === true ? { parts: parts.map(partDocument) } : {}),
      })
    }
    await context.out.write(drawFacts(factsOf(context, split, snapshots), context.out))
    if (options.files !== true) return
    const columns = ['part', 'type', 'terms', 'column', 'lengths', 'other'].map((name, i) =>
      i < 2 ? { name } : { name, align: 'right' as const },
    )
    await context.out.write('\n')
    const cell = (bytes: number): string => (bytes === 0 ? '' : formatBytes(bytes))
    const rows = parts.map((part) => [
      part.name,
      part.type,
      ...[part.termBytes, part.columnBytes, part.normBytes, part.bytes].map(cell),
    ])
    await printRows(context, columns, rows)
  },
})

function findSplit({ metadata, splits }: IndexFile, wanted: string): SplitRecord {
  const found = splits.filter(({ splitId }) => splitId.startsWith(wanted.toUpperCase()))
  const [split] = found
  if (split !== undefined && found.length === 1) return split
  const message =
    found.length === 0
      ? `${metadata.indexId} has no split \`${wanted}\``
      : `${plural(found.length, 'split')} of ${metadata.indexId} begin with \`${wanted}\``
  throw new QwError('notFound', message, {
    code: 'SPLIT-NONE',
    ...(found.length === 0 ? { why: 'it may have been merged or deleted meanwhile' } : {}),
    fix: `qw-lambda index splits ${metadata.indexId}`,
  })
}

async function readParts(
  { signal }: CliContext,
  store: {
    read(key: string, range: SplitRecord['footer'], signal: AbortSignal): Promise<Uint8Array>
  },
  indexId: string,
  split: SplitRecord,
): Promise<Part[]> {
  const footer = decodeFooter(
    await store.read(splitKey(indexId, split.splitId), split.footer, signal),
  )
  const documents = { ...NOTHING, name: 'documents', bytes: extent(footer.docStore) }
  const own = { ...NOTHING, name: 'footer', bytes: split.footer.end - split.footer.start }
  const parts = [documents, ...fieldParts(footer), own]
  // Lists of documents too long to stand with their terms; the footer does not say whose they are.
  const rest = split.footer.end - parts.reduce((sum, part) => sum + totalOf(part), 0)
  return [...parts, { ...NOTHING, name: 'long postings, positions', bytes: rest }]
}

const NOTHING: Omit<Part, 'name'> = {
  type: '',
  termBytes: 0,
  columnBytes: 0,
  normBytes: 0,
  bytes: 0,
}

/** Largest first. */
function fieldParts({ fields }: SplitFooter): Part[] {
  const parts = [...fields.values()].map((field): Part => {
    const { terms, column, fieldnorms } = field
    return {
      ...NOTHING,
      name: field.path,
      type: field.type,
      termBytes: terms === undefined ? 0 : extent(terms),
      columnBytes: column === undefined ? 0 : column.end - column.start,
      normBytes: fieldnorms === undefined ? 0 : fieldnorms.end - fieldnorms.start,
    }
  })
  return parts.toSorted((a, b) => totalOf(b) - totalOf(a))
}

function totalOf({ termBytes, columnBytes, normBytes, bytes }: Part): number {
  return termBytes + columnBytes + normBytes + bytes
}

function extent({ blockStarts }: { readonly blockStarts: Float64Array }): number {
  return (blockStarts.at(-1) ?? 0) - (blockStarts[0] ?? 0)
}

function partDocument(part: Part) {
  return {
    name: part.name,
    type: part.type === '' ? null : part.type,
    term_bytes: part.termBytes,
    column_bytes: part.columnBytes,
    length_bytes: part.normBytes,
    other_bytes: part.bytes,
  }
}

function mergesToCome(maturity: SplitRecord['maturity'], ageMs: number): string {
  if (maturity.kind === 'mature') return 'left alone from now on'
  const untilMs = maturity.maturationPeriodMs
  if (ageMs >= untilMs) return 'merged with others as old when there are many'
  return `may be merged until it is ${formatDuration(untilMs)} old`
}

function factsOf(context: CliContext, split: SplitRecord, snapshots: readonly string[]): Fact[] {
  const zone = zoneOf(context)
  const time = (seconds: number): string => formatTime(seconds * 1_000, zone, 'seconds')
  const { timeRange, maturity, tags } = split
  const ageMs = Math.max(0, context.clock.nowMs() - split.createTimestamp * 1_000)
  return [
    ['split', split.splitId],
    ['state', `${split.state} since ${time(split.updateTimestamp)}`],
    ['documents', formatCount(split.docCount)],
    ['bytes', `${formatBytes(split.footer.end)} of ${formatBytes(split.sourceBytes)} source`],
    [
      'time range',
      timeRange === undefined
        ? 'none: never pruned by time, never retired'
        : `${time(timeRange.startSeconds)} - ${time(timeRange.endSeconds)}`,
    ],
    ['age', formatDuration(ageMs)],
    ['merges', `${formatCount(split.mergeOpCount)}, ${mergesToCome(maturity, ageMs)}`],
    ['source', split.sourceId],
    ['mapping', split.docMappingUid],
    [
      'tags',
      tags.length === 0 ? 'none' : `${formatCount(tags.length)}: ${tags.slice(0, 20).join(' ')}`,
    ],
    ...(snapshots.length === 0 ? [] : ([['kept by', snapshots.join(', ')]] as Fact[])),
  ]
}

import { QwError } from '../../engine/errors.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import { heldAlone, type SnapshotRecord } from '../../engine/metastore/snapshot-record.ts'
import { deleteSnapshot, findSnapshot, takeSnapshot } from '../../engine/metastore/snapshots.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { text } from '../command/option.ts'
import { printJson, printRows } from '../command/rows.ts'
import { zoneOf } from '../command/time-zone.ts'
import { drawFacts } from '../format/facts.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { formatTime } from '../format/time.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'

const ACTIONS = ['create', 'list', 'describe', 'delete'] as const

interface Place {
  readonly context: CliContext
  readonly stack: DataStack
  readonly indexId: string
}

export const indexSnapshotCommand = defineCommand({
  pages: () => true,
  description:
    'A snapshot pins the splits of now: no copy is made, and what merges or is deleted later stays stored as long as the snapshot. Bring it back with index restore.',
  args: [
    ['<action>', ACTIONS.join(', ')],
    ['[name]', 'of the snapshot (create: the time)'],
  ],
  options: {
    index: text('--index <id>', 'index id (the stack’s default)'),
    confirm: text('--confirm <name>', 'delete: the snapshot’s name, typed out'),
  },
  examples: [
    'qw-lambda index snapshot create before-cleanup --index orders',
    'qw-lambda index snapshot list --index orders',
    'qw-lambda index snapshot delete before-cleanup --index orders --confirm before-cleanup',
  ],
  async run(context, { args: [action = '', name], options }) {
    const known = ACTIONS.find((candidate) => candidate === action)
    if (known === undefined) {
      throw new QwError('invalid', `a snapshot can be ${ACTIONS.join(', ')}, not \`${action}\``, {
        code: 'USAGE',
        fix: 'qw-lambda index snapshot list',
      })
    }
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, options.index)
    const place = { context, stack, indexId }
    switch (known) {
      case 'create':
        return await create(place, name ?? nameOfNow(context.clock.nowMs()))
      case 'list':
        return await list(place)
      case 'describe':
        return await describe(place, needed(name, known))
      case 'delete':
        return await remove(place, needed(name, known), options.confirm)
    }
  },
})

/** `2026-11-26-225612`, in UTC. */
function nameOfNow(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
}

function needed(name: string | undefined, action: string): string {
  if (name !== undefined) return name
  throw new QwError('invalid', `index snapshot ${action} needs the name of the snapshot`, {
    code: 'USAGE',
    fix: 'qw-lambda index snapshot list',
  })
}

async function create({ context, stack, indexId }: Place, name: string): Promise<void> {
  const { signal } = context
  const record = await takeSnapshot(stack.indexing, { indexId, name, signal })
  const file = await stack.indexing.metastore.load(indexId, signal)
  if (context.format === 'json') return await printJson(context, documentOf(file, record))
  context.report.note(
    `Snapshot ${name} of ${indexId}: ${plural(record.docCount, 'document')} in ${plural(record.splitBytes.size, 'split')}, no copy.`,
  )
  context.report.hint(`Bring it back: qw-lambda index restore ${name} --index ${indexId}`)
}

async function list({ context, stack, indexId }: Place): Promise<void> {
  const file = await stack.indexing.metastore.load(indexId, context.signal)
  const documents = file.snapshots.map((record) => documentOf(file, record))
  if (context.format === 'json') return await printJson(context, documents)
  if (documents.length === 0) {
    return context.report.note(
      `index ${indexId} has no snapshot. Take one: qw-lambda index snapshot create --index ${indexId}`,
    )
  }
  const zone = zoneOf(context)
  const rows = documents.map((each) => [
    each.name,
    formatTime(each.created_ms, zone, 'seconds'),
    formatCount(each.docs),
    formatCount(each.splits),
    formatBytes(each.bytes),
    formatBytes(each.held_alone_bytes),
  ])
  const columns = [
    { name: 'snapshot' },
    { name: 'taken', whole: true },
    { name: 'docs', align: 'right' as const },
    { name: 'splits', align: 'right' as const },
    { name: 'bytes', align: 'right' as const },
    { name: 'held by it alone', align: 'right' as const },
  ]
  await printRows(context, columns, rows)
}

async function describe({ context, stack, indexId }: Place, name: string): Promise<void> {
  const file = await stack.indexing.metastore.load(indexId, context.signal)
  const document = documentOf(file, findSnapshot(file, name))
  if (context.format === 'json') return await printJson(context, document)
  const { docs, splits, bytes, held_alone_bytes: alone, erasures_since: erasures } = document
  await context.out.write(
    drawFacts(
      [
        ['snapshot', name],
        ['index', indexId],
        ['taken', formatTime(document.created_ms, zoneOf(context), 'seconds')],
        ['documents', formatCount(docs)],
        ['splits', formatCount(splits)],
        ['bytes', `${formatBytes(bytes)}, ${formatBytes(alone)} of them for this snapshot alone`],
        ['erased since', erasures === 0 ? 'nothing' : `by ${plural(erasures, 'deletion')}`],
      ],
      context.out,
    ),
  )
}

async function remove(
  { context, stack, indexId }: Place,
  name: string,
  confirm: string | undefined,
): Promise<void> {
  const { metastore } = stack.indexing
  const file = await metastore.load(indexId, context.signal)
  const { docs, held_alone_bytes: alone } = documentOf(file, findSnapshot(file, name))
  await context.prompts.typedName({
    message: `This deletes the snapshot of ${plural(docs, 'document')} and ${formatBytes(alone)} that it alone holds`,
    name,
    given: confirm,
  })
  const { splitCount, bytes } = await deleteSnapshot(metastore, { indexId, name })
  if (context.format === 'json') {
    return await printJson(context, {
      schema: 'qw-lambda/snapshot-delete/1',
      id: indexId,
      name,
      splits_deleted: splitCount,
      bytes_deleted: bytes,
    })
  }
  context.report.note(
    `Deleted the snapshot ${name}: ${plural(splitCount, 'split')} that it alone held are gone (${formatBytes(bytes)}).`,
  )
}

function documentOf(file: IndexFile, record: SnapshotRecord) {
  const alone = [...heldAlone(file, record).values()]
  return {
    schema: 'qw-lambda/snapshot/1',
    id: file.metadata.indexId,
    name: record.name,
    created_ms: record.createdMs,
    docs: record.docCount,
    splits: record.splitBytes.size,
    bytes: sum([...record.splitBytes.values()]),
    held_alone_bytes: sum(alone),
    erasures_since: file.deleteTasks.filter(({ opstamp }) => opstamp > record.deleteOpstamp).length,
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

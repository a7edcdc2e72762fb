import { QwError } from '../../engine/errors.ts'
import {
  type KnownSource,
  knownSources,
  sourcesNamed,
  withoutSources,
} from '../../engine/metastore/known-sources.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import { nearestIds } from '../../engine/metastore/index-patterns.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { integer, text } from '../command/option.ts'
import { printJson, printRows } from '../command/rows.ts'
import { shellWord } from '../command/shell-word.ts'
import { zoneOf } from '../command/time-zone.ts'
import { formatBytes, formatCount, plural } from '../format/number.ts'
import { formatTime } from '../format/time.ts'
import { currentDataStack, type DataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'

const DEFAULT_LIMIT = 50

export const indexCheckpointsCommand = defineCommand({
  pages: () => true,
  description:
    'What is listed here is not indexed again, however often it comes. The newest stand here by name; of older ones only a hash is kept, and after eleven days nothing, when 500 newer ones are known.',
  args: [['[id]', 'index id (the stack’s default)']],
  options: {
    limit: integer('--limit <count>', `at most this many (${DEFAULT_LIMIT})`, 1),
    forget: text('--forget <uri>', 'have this file or object indexed again when it comes'),
  },
  examples: [
    'qw-lambda index checkpoints orders',
    'qw-lambda index checkpoints orders --forget s3://bucket/orders/2026-11-23.ndjson',
  ],
  async run(context, { args, options }) {
    const stack = await currentDataStack(context)
    const id = await currentIndex(context, stack, args[0])
    const file = await stack.indexing.metastore.load(id, context.signal)
    if (options.forget !== undefined) {
      return await forget(context, stack, { file, name: options.forget })
    }
    const known = knownSources(file.metadata.checkpoint)
    const shown = known.slice(0, options.limit ?? DEFAULT_LIMIT)
    if (context.format === 'json') {
      return await printJson(context, documentOf(id, { known, shown, forgotten: 0 }))
    }
    if (known.length === 0) {
      return context.report.note(`No file or object counts as indexed in ${id}.`)
    }
    const zone = zoneOf(context)
    const rows = shown.map((source) => [
      formatTime(source.updateTimestamp * 1_000, zone, 'seconds'),
      source.isWhole ? 'whole' : 'in part',
      source.readBytes === undefined ? '' : formatBytes(source.readBytes),
      source.uri ?? source.name,
    ])
    const columns = [
      { name: 'indexed', whole: true },
      { name: 'how far' },
      { name: 'bytes', align: 'right' as const },
      { name: 'file or object' },
    ]
    await printRows(context, columns, rows)
    if (shown.length < known.length) {
      context.report.hint(
        `The newest ${formatCount(shown.length)} of ${formatCount(known.length)}. More: --limit ${known.length}`,
      )
    }
  },
})

interface Forgetting {
  readonly file: IndexFile
  readonly name: string
}

async function forget(
  context: CliContext,
  stack: DataStack,
  { file, name }: Forgetting,
): Promise<void> {
  const { indexId, checkpoint } = file.metadata
  const found = sourcesNamed(checkpoint, name)
  if (found.length === 0) throw unknownSource(file, name)
  context.report.warn(`its documents of now stay: indexed again, ${indexId} has them twice`)
  if (
    !(await context.prompts.confirm({ message: `Forget ${name}`, flag: '--yes', fallback: false }))
  ) {
    throw new QwError('invalid', `${name} was not forgotten`, {
      code: 'CONFIRM',
      fix: 'pass --yes',
    })
  }
  const changed = await stack.indexing.metastore.update(indexId, (newest) => {
    const left = withoutSources(newest.metadata.checkpoint, name)
    if (left === newest.metadata.checkpoint) return newest
    return { ...newest, metadata: { ...newest.metadata, checkpoint: left } }
  })
  if (context.format === 'json') {
    const known = knownSources(changed.metadata.checkpoint)
    const facts = { known, shown: found, forgotten: found.length }
    return await printJson(context, documentOf(indexId, facts))
  }
  const count = found.length === 1 ? '' : ` (${plural(found.length, 'content')} of it)`
  context.report.note(`Forgot ${name}${count}. What ${indexId} has of it is still there.`)
  const [uri = ''] = name.split('#', 1)
  if (uri !== '') {
    context.report.hint(`Next: qw-lambda ingest ${shellWord(pathOf(uri))} --index ${indexId}`)
  }
}

/** What a shell calls it. */
function pathOf(uri: string): string {
  return uri.startsWith('file://') ? decodeURIComponent(new URL(uri).pathname) : uri
}

function unknownSource({ metadata }: IndexFile, name: string): QwError {
  const { indexId, checkpoint } = metadata
  const known = knownSources(checkpoint)
  const near = nearestIds(name, [...new Set(known.flatMap(({ uri }) => uri ?? []))])
  const hashCount = known.filter(({ uri }) => uri === undefined).length
  const why =
    hashCount === 0
      ? 'it would be indexed as it is'
      : `the names of ${plural(hashCount, 'older one')} are not kept: it may be among them`
  const fixes = [
    ...(near.length > 0 ? [`did you mean ${near.join(', ')}?`] : []),
    ...(hashCount > 0 ? ['name an older one with its ETag: --forget <uri>#<etag>'] : []),
    `qw-lambda index checkpoints ${indexId}`,
  ]
  return new QwError('notFound', `index ${indexId} knows no file or object \`${name}\``, {
    code: 'SOURCE-NONE',
    why,
    fix: fixes.join('\n'),
  })
}

interface Checkpoints {
  readonly known: readonly KnownSource[]
  readonly shown: readonly KnownSource[]
  readonly forgotten: number
}

function documentOf(id: string, { known, shown, forgotten }: Checkpoints) {
  return {
    schema: 'qw-lambda/index-checkpoints/1',
    id,
    known: known.length,
    forgotten,
    sources: shown.map((source) => ({
      name: source.name,
      uri: source.uri ?? null,
      state: source.isWhole ? 'whole' : 'part',
      read_bytes: source.readBytes ?? null,
      updated_at: source.updateTimestamp,
    })),
  }
}

import { QwError } from '../../engine/errors.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import type { ExitCode } from '../command/exit-codes.ts'
import { expandSources, sourcesToFollow, withContent } from '../intake/ingest-files.ts'
import { chooseIndex } from '../intake/choose-index.ts'
import { runDryRun } from './dry-run.ts'
import { followIngest } from './follow-ingest.ts'
import { reportIngest } from '../intake/ingest-report.ts'
import { INPUT_FORMAT } from '../intake/input-format.ts'
import { SourceOpener } from '../intake/open-source.ts'
import { rejectLimit } from '../intake/reject-limit.ts'
import { type IngestRequest, runIngest } from '../intake/run-ingest.ts'
import { currentDataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { choice, flag, integer, text, type OptionSpec } from '../command/option.ts'
import { missingFlags } from '../command/prompts.ts'

const DRY_RUN_DOCS = 1_000
const DEFAULT_JOBS = 4

interface DryRunChoice {
  readonly maxDocs: number
  /** A source that stood where the count may stand. */
  readonly source: string | undefined
}

const dryRun: OptionSpec<DryRunChoice> = {
  flags: '--dry-run [n]',
  help: `only parse and map the first documents of each source (${DRY_RUN_DOCS})`,
  takesValue: true,
  parse(value) {
    if (value === '') return { maxDocs: DRY_RUN_DOCS, source: undefined }
    if (!/^\d[\d_]*$/.test(value)) return { maxDocs: DRY_RUN_DOCS, source: value }
    return { maxDocs: Math.max(1, Number(value.replaceAll('_', ''))), source: undefined }
  },
}

export const ingestCommand = defineCommand({
  description:
    'Waits until everything can be searched. The same file is never indexed twice, and a run that was stopped goes on where it was.',
  args: [
    [
      '[src...]',
      'files, folders, globs, - for stdin, or s3://… of a deployment (qw-lambda help formats)',
    ],
  ],
  options: {
    index: text('--index <id>', 'index to write (the stack’s default)'),
    create: flag(
      '--create',
      'make the index if it is missing, with a mapping inferred from the data',
    ),
    timestampField: text('--timestamp-field <field>', 'the time of an index that --create makes'),
    inputFormat: INPUT_FORMAT,
    dryRun,
    maxErrors: text('--max-errors <n|%>', 'stop above this many rejected documents (1 %)'),
    onError: choice(
      '--on-error <what>',
      'rejected documents: keep them for ingest failures, skip, or abort',
      ['dead-letter', 'skip', 'abort'],
    ),
    follow: flag('--follow', 'keep reading files that grow, also through rotation, or a pipe'),
    force: flag('--force', 'index again what was indexed before'),
    wait: flag('--no-wait', 'return when accepted; local documents are searchable by then'),
    via: choice(
      '--via <way>',
      'where a deployment’s documents are indexed: its function, or here',
      ['auto', 'lambda', 'local'],
    ),
    jobs: integer(`--jobs <count>`, `uploads at once (${DEFAULT_JOBS})`, 1),
  },
  examples: [
    'qw-lambda ingest logs/*.ndjson.gz',
    'zcat big.gz | qw-lambda ingest - --index hdfs-logs',
    'qw-lambda ingest orders.json --create --index orders',
    'qw-lambda ingest orders.ndjson --dry-run',
    'qw-lambda ingest /var/log/nginx/access.log --follow',
  ],
  async run(context, { args, options }) {
    const typed = options.dryRun?.source === undefined ? args : [options.dryRun.source, ...args]
    const named = typed.length > 0 ? typed : [await askForSource(context)]
    const limit = rejectLimit(options.onError, options.maxErrors)
    const opener = new SourceOpener(context, options.inputFormat)
    // What is followed is indexed by the one who follows it, wherever its index lies.
    const isFollowed = options.follow === true
    const inFunction = isCloudTarget(context) && options.via !== 'local' && !isFollowed
    const sendTo = async (index: string | undefined): Promise<ExitCode> => {
      const { awsIngest } = await import('../intake/aws-ingest.ts')
      const { force = false, wait = true, jobs = DEFAULT_JOBS } = options
      return await awsIngest(context, { sources: named, index, opener, force, wait, jobs })
    }
    if (inFunction && options.dryRun === undefined && options.create !== true) {
      return await sendTo(options.index)
    }
    const isDryRun = options.dryRun !== undefined
    const writing =
      options.create === true ? '--create makes an index' : isFollowed ? '--follow indexes' : ''
    if (isDryRun && writing !== '') throw dryRunThatWrites(writing)
    const stack = await currentDataStack(context)
    const paths = isFollowed ? await sourcesToFollow(named) : await expandSources(named)
    const existing = isFollowed ? await withContent(paths) : paths
    const choice = {
      named: options.index ?? context.settings.get('index'),
      create: options.create === true,
      typed: named,
      paths: existing,
      opener,
      timestampField: options.timestampField,
    }
    if (existing.length === 0 && options.create === true) throw nothingToInferFrom(paths)
    // A file that is still to come tells nothing.
    const isUnseen = existing.length === 0 && options.create !== true
    const indexId =
      isDryRun || isUnseen
        ? await currentIndex(context, stack, options.index)
        : await chooseIndex(context, stack, choice)
    if (options.dryRun !== undefined) {
      const { maxDocs } = options.dryRun
      return await runDryRun(context, stack.indexing, { indexId, paths, opener, maxDocs })
    }
    if (inFunction) return await sendTo(indexId)
    // A missing index fails every file in the same way: once is enough.
    await stack.indexing.metastore.load(indexId, context.signal)
    const request: IngestRequest = {
      indexId,
      paths,
      opener,
      force: options.force === true,
      maxRejects: limit,
      rejects: options.onError === 'skip' ? 'drop' : 'keep',
    }
    if (isFollowed) return await followIngest(context, stack, request)
    return await reportIngest(context, await runIngest(context, stack, request))
  },
})

function dryRunThatWrites(what: string): QwError {
  return new QwError('invalid', `--dry-run writes nothing, and ${what}`, {
    code: 'USAGE',
    fix: 'see the mapping without making it: qw-lambda index infer <file>',
  })
}

function nothingToInferFrom(paths: readonly string[]): QwError {
  return new QwError(
    'invalid',
    `nothing is there yet to infer a mapping from: ${paths.join(', ')}`,
    {
      fix: 'make the index first (qw-lambda index create --help), or wait for the first lines',
    },
  )
}

async function askForSource({ prompts }: CliContext): Promise<string> {
  if (!prompts.interactive) throw missingFlags(['<src>'], 'qw-lambda ingest logs.ndjson')
  return await prompts.text({ message: 'File, folder or glob', flag: '<src>', fallback: undefined })
}

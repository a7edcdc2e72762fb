import { QwError } from '../../engine/errors.ts'
import type { ExportRequest } from '../../engine/export/export-manifest.ts'
import { planExport } from '../../engine/export/export-plan.ts'
import { defineCommand } from '../command/command.ts'
import { flag, list, text } from '../command/option.ts'
import { missingFlags } from '../command/prompts.ts'
import { currentDataStack } from '../stack/data-stack.ts'
import { currentIndex } from '../stack/local-stacks.ts'
import { wholeSeconds } from './delete-docs-command.ts'
import { FORM_OPTIONS, readForm, readTarget } from './export-target.ts'
import { sayMeasure, type ExportRun } from './export-report.ts'
import { exportToOne } from './export-to-one.ts'
import { exportToParts, resumedRequest } from './export-to-parts.ts'

const EXAMPLE = 'qw-lambda index export orders --to orders.ndjson.gz'

export const indexExportCommand = defineCommand({
  description:
    'A file and stdout get one stream, the oldest splits first. A folder and an s3:// prefix get a file for each part of a split, several at once; the same command again goes on where it was stopped. NDJSON is what was ingested, byte for byte; CSV and Parquet have the columns of the mapping.',
  args: [
    ['[id]', 'index id (the stack’s default)'],
    ['[query]', 'which documents, as for search (all)'],
  ],
  options: {
    to: text('--to <place>', 'file, folder, s3://bucket/prefix/, or - for stdout'),
    all: flag('--all', 'every document, which is what no query means too'),
    since: text('--since <time>', 'only from this time on: 2026-11-23, now-2h, RFC 3339, Unix'),
    until: text('--until <time>', 'only before this time'),
    fields: list('--fields <a,b>', 'only these fields, as columns in this order'),
    ...FORM_OPTIONS,
    resume: flag('--resume', 'go on with what is in the folder or prefix, whatever it is of'),
    force: flag('--force', 'replace the file, or begin the folder or prefix again'),
    dryRun: flag('--dry-run', 'count documents, bytes and, in AWS, dollars; write nothing'),
  },
  examples: [
    EXAMPLE,
    'qw-lambda index export orders "status:failed" --since 7d --to failed.csv',
    'qw-lambda index export orders --output-format parquet --to s3://my-lake/orders/',
    'qw-lambda index export orders --to - | head',
  ],
  async run(context, { args, options }) {
    const { to } = options
    if (to === undefined && options.dryRun !== true) throw missingFlags(['--to'], EXAMPLE)
    const target = to === undefined ? undefined : await readTarget(to, context.cwd)
    const stack = await currentDataStack(context)
    const indexId = await currentIndex(context, stack, args[0])
    const [, query] = args
    if (options.all === true && (query ?? options.since ?? options.until) !== undefined) {
      throw new QwError('invalid', '--all and a query or a time exclude each other', {
        code: 'USAGE',
      })
    }
    const asked: ExportRequest = {
      indexId,
      query,
      since: options.since,
      until: options.until,
      fields: options.fields ?? [],
      ...readForm(to, options),
    }
    const request = options.resume === true ? await resumedRequest(context, target, asked) : asked
    const file = await stack.indexing.metastore.load(request.indexId, context.signal)
    const nowMs = context.clock.nowMs()
    const selection = {
      query: request.query,
      startTimestamp: wholeSeconds('--since', request.since, nowMs),
      endTimestamp: wholeSeconds('--until', request.until, nowMs),
    }
    const plan = planExport(file, selection)
    const run: ExportRun = { context, stack, file, request, selection, plan }
    if (target === undefined || options.dryRun === true) return await sayMeasure(run, to)
    if (target.kind === 'stdout' || target.kind === 'file') {
      return await exportToOne(run, target, options.force === true)
    }
    return await exportToParts(run, target, options.force === true)
  },
})

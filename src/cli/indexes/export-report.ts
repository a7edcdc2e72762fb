import { unitUsd } from '../../cost/price-book.ts'
import { formatSmallUsd } from '../../cost/format.ts'
import { regionBook } from '../../cost/region-prices.ts'
import type { ExportRequest } from '../../engine/export/export-manifest.ts'
import type { ExportPlan, ExportSelection } from '../../engine/export/export-plan.ts'
import { measureExport, type ExportMeasure } from '../../engine/export/measure-export.ts'
import type { IndexFile } from '../../engine/metastore/index-metadata.ts'
import type { CliContext } from '../command/context.ts'
import { printJson } from '../command/rows.ts'
import { formatBytes, plural } from '../format/number.ts'
import type { DataStack } from '../stack/data-stack.ts'
import { isCloudTarget } from '../stack/target.ts'

/** One export as it was asked and planned. */
export interface ExportRun {
  readonly context: CliContext
  readonly stack: DataStack
  readonly file: IndexFile
  readonly request: ExportRequest
  readonly selection: ExportSelection
  readonly plan: ExportPlan
}

/** What came of it. */
interface Exported {
  readonly docCount: number
  /** Of `docCount`: written by runs before this one. */
  readonly docCountBefore: number
  readonly sizeBytes: number
  /** Files or objects. */
  readonly partCount: number
  /** Values that a column could not hold exactly. */
  readonly inexactCount: number
}

/** The dry run: what it would be, and what it would cost. */
export async function sayMeasure(run: ExportRun, to: string | undefined): Promise<void> {
  const { context, stack, plan, request } = run
  const phase = context.report.phase(`Counting in ${request.indexId}`)
  const source = { store: stack.indexing.metastore.store, signal: context.signal }
  const measure = await measureExport(plan, source)
  phase.succeed()
  const usd = isCloudTarget(context) ? priceOf(context, measure) : undefined
  if (context.format === 'json') {
    return await printJson(context, {
      ...commonFacts(run, to),
      state: 'not-begun',
      docs: measure.docCount,
      docs_before: 0,
      bytes: 0,
      source_bytes: measure.sourceBytes,
      files: 0,
      inexact_values: 0,
      reads: measure.readCount,
      read_bytes: measure.readBytes,
      usd: usd ?? null,
    })
  }
  const { docCount, sourceBytes, readCount, readBytes } = measure
  context.report.note(
    `${plural(docCount, 'document')} of ${request.indexId} in ${plural(plan.splits.length, 'split')}, about ${formatBytes(sourceBytes)} as they came. Nothing was written.`,
  )
  const price =
    usd === undefined
      ? ''
      : `; about ${formatSmallUsd(usd)} out of AWS, ${formatSmallUsd(requestUsd(context, measure))} inside the Region`
  context.report.hint(
    `${plural(readCount, 'read')} of ${formatBytes(readBytes)} altogether${price}`,
  )
}

/** Requests, and the transfer to a place outside of AWS. */
function priceOf(context: CliContext, measure: ExportMeasure): number {
  const { prices } = bookOf(context)
  return requestUsd(context, measure) + (measure.readBytes / 1e9) * unitUsd(prices.dataOutGb)
}

function requestUsd(context: CliContext, { readCount }: ExportMeasure): number {
  return readCount * unitUsd(bookOf(context).prices.s3Read)
}

function bookOf(context: CliContext): ReturnType<typeof regionBook>['book'] {
  return regionBook(context.settings.get('region') ?? 'us-east-1').book
}

/** The end of an export: in JSON on stdout, or a line for people. */
export async function sayExported(
  run: ExportRun,
  where: string,
  { docCount, docCountBefore, sizeBytes, partCount, inexactCount }: Exported,
): Promise<void> {
  const { context, request } = run
  if (context.format === 'json') {
    await printJson(context, {
      ...commonFacts(run, where),
      state: 'done',
      docs: docCount,
      docs_before: docCountBefore,
      bytes: sizeBytes,
      source_bytes: null,
      files: partCount,
      inexact_values: inexactCount,
      reads: null,
      read_bytes: null,
      usd: null,
    })
  } else {
    const before =
      docCountBefore === 0 ? '' : `, ${plural(docCountBefore, 'document')} of them before this run`
    const files = partCount === 1 ? '' : `, ${plural(partCount, 'file')}`
    context.report.note(
      `${plural(docCount, 'document')} of ${request.indexId}, ${formatBytes(sizeBytes)}${files}, in ${where}${before}.`,
    )
  }
  if (inexactCount > 0) {
    context.report.warn(
      `${plural(inexactCount, 'value')} did not fit the type of their column and are rounded, cut or null there`,
      'NDJSON has them as they came: --output-format ndjson',
    )
  }
}

function commonFacts(
  { request, plan }: ExportRun,
  to: string | undefined,
): Record<string, unknown> {
  return {
    schema: 'qw-lambda/index-export/1',
    id: request.indexId,
    query: request.query ?? null,
    to: to ?? null,
    output_format: request.format,
    compression: request.compression,
    splits: plan.splits.length,
  }
}

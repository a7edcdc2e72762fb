import { reasonJson } from '../../api/reason-json.ts'
import { dryRunSource, type DryRunResult } from '../../engine/indexing/dry-run.ts'
import type { IndexingComponents } from '../../engine/indexing/components.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT, type ExitCode } from '../command/exit-codes.ts'
import { plural } from '../format/number.ts'
import { printJson, printRows } from '../command/rows.ts'
import { STDIN } from '../intake/ingest-files.ts'
import { mergedReasons, REASON_COLUMNS, reasonRow } from '../intake/ingest-report.ts'
import type { SourceOpener } from '../intake/open-source.ts'

/** Rejected lines that are shown whole. */
const SHOWN_LINES = 5

interface DryRunRequest {
  readonly indexId: string
  readonly paths: readonly string[]
  readonly opener: SourceOpener
  /** Of each source. */
  readonly maxDocs: number
}

/** Parses and maps the first documents of each source and shows what would be rejected, and why. */
export async function runDryRun(
  context: CliContext,
  components: IndexingComponents,
  request: DryRunRequest,
): Promise<ExitCode> {
  const checked: { readonly path: string; readonly result: DryRunResult }[] = []
  for (const path of request.paths) {
    const phase = context.report.phase(`Checking ${path === STDIN ? 'stdin' : path}`)
    try {
      const result = await dryRunSource(components, {
        indexId: request.indexId,
        source: await request.opener.lookAt(path),
        maxDocs: request.maxDocs,
        signal: context.signal,
      })
      checked.push({ path, result })
      phase.succeed()
    } catch (error) {
      phase.fail()
      throw error
    }
  }
  const docs = checked.reduce((sum, { result }) => sum + result.docCount, 0)
  const rejected = checked.reduce((sum, { result }) => sum + result.rejectedCount, 0)
  const reasons = mergedReasons(checked.flatMap(({ result }) => result.rejectReasons))
  const lines = checked.flatMap(({ path, result }) =>
    result.rejects.map((reject) => ({ source: path, reject })),
  )
  if (context.format === 'json') {
    await printJson(context, {
      schema: 'qw-lambda/ingest-dry-run/1',
      index: request.indexId,
      docs,
      rejected,
      reasons: reasons.map(reasonJson),
      rejects: lines.map(({ source, reject: { line, reason, text } }) => ({
        source,
        line,
        reason,
        text,
      })),
    })
    return rejected === 0 ? EXIT.ok : EXIT.partial
  }
  if (reasons.length > 0) await printRows(context, REASON_COLUMNS, reasons.map(reasonRow))
  for (const {
    source,
    reject: { line, reason, text },
  } of lines.slice(0, SHOWN_LINES)) {
    context.report.hint(`${source}:${line}: ${reason}\n  ${text.slice(0, 200)}`)
  }
  context.report.note(
    `${plural(docs, 'document')} would be indexed into ${request.indexId}, ${rejected === 0 ? 'none' : rejected} rejected. Nothing was written.`,
  )
  return rejected === 0 ? EXIT.ok : EXIT.partial
}

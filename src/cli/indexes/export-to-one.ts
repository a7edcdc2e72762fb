import { compressed, compressor } from '../../engine/export/compressed.ts'
import { docWriters } from '../../engine/export/export-format.ts'
import { streamDocs } from '../../engine/export/stream-docs.ts'
import { QwError } from '../../engine/errors.ts'
import { formatCount } from '../format/number.ts'
import { mayWrite, writeWhole } from './export-file.ts'
import { sayExported, type ExportRun } from './export-report.ts'
import { targetText, type ExportTarget } from './export-target.ts'
import { outsideOfStack } from './export-to-parts.ts'

/** One file or stdout, the oldest splits first. */
export async function exportToOne(
  run: ExportRun,
  target: Extract<ExportTarget, { kind: 'file' | 'stdout' }>,
  force: boolean,
): Promise<void> {
  const { context, stack, plan, request } = run
  if (target.kind === 'file') {
    outsideOfStack(stack, target.path)
    await mayWrite(target.path, force)
  } else refuseScreen(run)
  const writer = docWriters({ ...request, config: plan.metadata.config })()
  compressor(request.compression)?.destroy()
  const phase = context.report.phase(`Exporting ${request.indexId}`)
  let docCount = 0
  const source = { store: stack.indexing.metastore.store, signal: context.signal }
  const docs = streamDocs(plan, writer, source, (progress) => {
    docCount = progress.docCount
    const splits = `${formatCount(progress.doneSplitCount)} of ${formatCount(plan.splits.length)} splits`
    phase.progress({ done: docCount, unit: 'docs', detail: splits })
  })
  const chunks = compressed(docs, request.compression)
  let sizeBytes = 0
  try {
    if (target.kind === 'file') sizeBytes = await writeWhole(target.path, chunks)
    else {
      for await (const chunk of chunks) {
        if (chunk.length > 0) await context.out.write(chunk)
        sizeBytes += chunk.length
      }
    }
  } catch (error) {
    phase.fail()
    throw error
  }
  phase.succeed()
  const { inexactCount } = writer
  const exported = { docCount, docCountBefore: 0, sizeBytes, partCount: 1, inexactCount }
  await sayExported(run, targetText(target), exported)
}

/** What only a program can read has no business on a screen, and stdout holds one thing. */
function refuseScreen({ context, request }: ExportRun): void {
  if (context.format === 'json') {
    throw new QwError('invalid', '--json and --to - both write to stdout', {
      code: 'USAGE',
      fix: 'leave --json out: the documents are JSON already',
    })
  }
  const isText = request.format !== 'parquet' && request.compression === 'none'
  if (!context.out.isTerminal || isText) return
  throw new QwError('invalid', 'this would fill the screen with bytes', {
    code: 'USAGE',
    fix: 'name a file with --to, or send it on: … --to - > FILE',
  })
}

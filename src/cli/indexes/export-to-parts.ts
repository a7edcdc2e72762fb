import { sep } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import {
  isSameRequest,
  type ExportManifest,
  type ExportRequest,
  type FinishedPart,
} from '../../engine/export/export-manifest.ts'
import { compressor } from '../../engine/export/compressed.ts'
import { docWriters, tableShape } from '../../engine/export/export-format.ts'
import {
  clearExport,
  exportParts,
  readManifest,
  splitsLeft,
} from '../../engine/export/export-parts.ts'
import type { ObjectStore } from '../../engine/ports.ts'
import { folderStore, tidyFolderStore } from '../../stores/folder-store.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount, plural } from '../format/number.ts'
import type { DataStack } from '../stack/data-stack.ts'
import { sayExported, type ExportRun } from './export-report.ts'
import { targetText, type ExportTarget } from './export-target.ts'

type PartsTarget = Extract<ExportTarget, { kind: 'folder' | 's3' }>

async function openTarget(context: CliContext, target: PartsTarget): Promise<ObjectStore> {
  if (target.kind === 'folder') return folderStore({ root: target.path })
  return await (await import('./aws-export-store.ts')).openExportStore(context, target.place)
}

/** What lies in a stack's own folders is taken for its data. Throws `invalid`. */
export function outsideOfStack({ folder }: DataStack, path: string): void {
  if (folder === undefined || !`${path}${sep}`.startsWith(`${folder}${sep}`)) return
  throw new QwError('invalid', `${path} is inside of the stack’s own folder`, {
    code: 'USAGE',
    fix: 'export to a place outside of it',
  })
}

/** `--resume`: what the folder or prefix says it is an export of. Throws `notFound` where nothing was
 *  begun, and `invalid` when something else is asked at the same time. */
export async function resumedRequest(
  context: CliContext,
  target: ExportTarget | undefined,
  asked: ExportRequest,
): Promise<ExportRequest> {
  if (target?.kind !== 'folder' && target?.kind !== 's3') {
    throw new QwError('invalid', 'only an export to a folder or to S3 can be gone on with', {
      code: 'USAGE',
      fix: 'begin again, to a folder: --to FOLDER/',
    })
  }
  const stored = await readManifest(await openTarget(context, target), context.signal)
  if (stored === undefined) {
    throw new QwError('notFound', `no export was begun in ${targetText(target)}`, {
      fix: 'leave --resume out',
    })
  }
  const { request } = stored.manifest
  const isAsked = [asked.query, asked.since, asked.until, asked.fields[0]].some(
    (part) => part !== undefined,
  )
  if (isAsked) {
    throw new QwError('invalid', '--resume knows itself which documents are meant', {
      code: 'USAGE',
      fix: 'leave the query, the times and the fields out',
    })
  }
  return request
}

/** Parts below a folder or prefix; the same request goes on with what is there. */
export async function exportToParts(
  run: ExportRun,
  target: PartsTarget,
  force: boolean,
): Promise<void> {
  const { context, stack, file, request, plan } = run
  if (target.kind === 'folder') outsideOfStack(stack, target.path)
  // Both refuse before anything is written.
  docWriters({ ...request, config: plan.metadata.config })
  compressor(request.compression)?.destroy()
  const store = await openTarget(context, target)
  const where = targetText(target)
  const begun = await begin(run, store, { where, force })
  const before = partsOf(begun.manifest)
  if (begun.manifest.finishedMs !== undefined) {
    context.report.hint(`It was finished before: --force begins again, with what is there now.`)
    return await sayExported(run, where, {
      ...totalOf(before),
      docCountBefore: totalOf(before).docCount,
      inexactCount: 0,
    })
  }
  warnOfErased(run, begun.manifest)
  const phase = context.report.phase(`Exporting ${request.indexId}`)
  const splitCount = begun.manifest.splits.length
  try {
    const job = {
      ...begun,
      file,
      target: store,
      onProgress: ({ docCount, doneSplitCount }: { docCount: number; doneSplitCount: number }) =>
        phase.progress({
          done: docCount,
          unit: 'docs',
          detail: `${formatCount(doneSplitCount)} of ${formatCount(splitCount)} splits`,
        }),
    }
    const source = { store: stack.indexing.metastore.store, signal: context.signal }
    const { manifest, inexactCount } = await exportParts(job, source, () => context.clock.nowMs())
    if (target.kind === 'folder') await tidyFolderStore(target.path)
    phase.succeed()
    const docCountBefore = totalOf(before).docCount
    await sayExported(run, where, { ...totalOf(partsOf(manifest)), docCountBefore, inexactCount })
  } catch (error) {
    phase.fail()
    context.report.hint('What is written stays: the same command again goes on from here.')
    throw error
  }
}

interface Begun {
  readonly manifest: ExportManifest
  readonly etag: string | undefined
}

async function begin(
  { context, file, request, selection, plan }: ExportRun,
  store: ObjectStore,
  { where, force }: { readonly where: string; readonly force: boolean },
): Promise<Begun> {
  const stored = await readManifest(store, context.signal)
  const columns = tableShape({ ...request, config: plan.metadata.config })
  if (stored !== undefined && !force) {
    mustBeSame(stored.manifest, { request, columns, where })
    if (stored.manifest.finishedMs === undefined) splitsLeft(file, stored.manifest)
    return stored
  }
  if (stored !== undefined) await clearExport(store, stored)
  const manifest: ExportManifest = {
    request,
    selection,
    indexUid: file.metadata.indexUid,
    columns,
    begunMs: context.clock.nowMs(),
    finishedMs: undefined,
    splits: plan.splits,
    parts: new Map(),
  }
  return { manifest, etag: undefined }
}

function mustBeSame(
  manifest: ExportManifest,
  now: {
    readonly request: ExportRequest
    readonly columns: readonly string[]
    readonly where: string
  },
): void {
  const fix = 'choose another place with --to, or begin this one again with --force'
  if (!isSameRequest(manifest.request, now.request)) {
    throw new QwError('invalid', `${now.where} has another export in it`, {
      code: 'FILE-EXISTS',
      why: `it is of ${manifest.request.indexId}, ${manifest.request.query ?? 'all documents'}, as ${manifest.request.format}`,
      fix,
    })
  }
  if (manifest.columns.join() !== now.columns.join()) {
    throw new QwError('conflict', 'the fields of the index changed since this export began', {
      why: 'the parts that are left would have other columns',
      fix,
    })
  }
}

function warnOfErased({ context, file }: ExportRun, manifest: ExportManifest): void {
  const erased = file.deleteTasks.filter(({ createdMs }) => createdMs > manifest.begunMs)
  if (erased.length === 0 || partsOf(manifest).length === 0) return
  context.report.warn(
    `${plural(erased.length, 'erasure')} came after this export began: parts that were written before still have those documents`,
    'begin again with --force if they must not be in it',
  )
}

function partsOf({ parts }: ExportManifest): FinishedPart[] {
  return [...parts.values()].flatMap(({ finished }) => finished)
}

function totalOf(parts: readonly FinishedPart[]): {
  readonly docCount: number
  readonly sizeBytes: number
  readonly partCount: number
} {
  return {
    docCount: parts.reduce((sum, part) => sum + part.docCount, 0),
    sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
    partCount: parts.length,
  }
}

import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { COMPRESSIONS, type Compression } from '../../engine/export/compressed.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../engine/export/export-format.ts'
import { QwError } from '../../engine/errors.ts'
import { choice } from '../command/option.ts'
import { storedPlace, type StoredPlace } from '../intake/stored-place.ts'

/** Where documents go: one file, one stream, or parts below a folder or prefix. */
export type ExportTarget =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 's3'; readonly place: StoredPlace }

interface ExportForm {
  readonly format: ExportFormat
  readonly compression: Compression
}

export const FORM_OPTIONS = {
  outputFormat: choice(
    '--output-format <format>',
    'format of the documents (by the name of the file; ndjson)',
    EXPORT_FORMATS,
  ),
  compress: choice('--compress <how>', 'by the name of the file; none', COMPRESSIONS),
}

interface AskedForm {
  readonly outputFormat: ExportFormat | undefined
  readonly compress: Compression | undefined
}

const FILE_NAME = /(?:\.(ndjson|jsonl|json|csv|parquet))?(?:\.(gz|zst))?$/i

/** A folder is one that exists, or a name that ends with a slash or with no format. Throws `invalid`. */
export async function readTarget(to: string, cwd: string): Promise<ExportTarget> {
  if (to === '-') return { kind: 'stdout' }
  const isNamed = suffixesOf(to).some((suffix) => suffix !== undefined)
  if (/^s3:/i.test(to)) {
    if (isNamed) {
      throw new QwError('invalid', `${to} names one object, and an export to S3 is several`, {
        code: 'USAGE',
        fix: `name a prefix, which gets an object for each part: ${to.replace(FILE_NAME, '')}/`,
      })
    }
    const place = storedPlace(to.endsWith('/') || /^s3:\/\/[^/]+$/.test(to) ? to : `${to}/`)
    return { kind: 's3', place }
  }
  const path = resolve(cwd, to)
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
  if (isFolder || to.endsWith('/') || !isNamed) return { kind: 'folder', path }
  return { kind: 'file', path }
}

function suffixesOf(
  name: string,
): readonly [format: string | undefined, packing: string | undefined] {
  const [, format, packing] = FILE_NAME.exec(name) ?? []
  return [format?.toLowerCase(), packing?.toLowerCase()]
}

/** What is written: by the flags, or by the name. Throws `invalid` where the two say different things. */
export function readForm(to: string | undefined, asked: AskedForm): ExportForm {
  const [suffix, packing] = suffixesOf(to ?? '')
  const named = namedFormat(suffix)
  const packed: Compression | undefined =
    packing === undefined ? undefined : packing === 'gz' ? 'gzip' : 'zstd'
  const format = agreed('--output-format', { to, named, asked: asked.outputFormat }) ?? 'ndjson'
  const compression = agreed('--compress', { to, named: packed, asked: asked.compress }) ?? 'none'
  if (format === 'parquet' && compression !== 'none') {
    throw new QwError('invalid', 'Parquet is compressed inside, column by column', {
      code: 'USAGE',
      fix: 'leave --compress out, and .gz or .zst off the name',
    })
  }
  return { format, compression }
}

function namedFormat(suffix: string | undefined): ExportFormat | undefined {
  if (suffix === 'csv' || suffix === 'parquet') return suffix
  return suffix === undefined ? undefined : 'ndjson'
}

function agreed<T extends string>(
  flag: string,
  { to, named, asked }: { to: string | undefined; named: T | undefined; asked: T | undefined },
): T | undefined {
  if (named !== undefined && asked !== undefined && named !== asked) {
    throw new QwError('invalid', `${to} is named as ${named}, and ${flag} says ${asked}`, {
      code: 'USAGE',
      fix: `change one of the two, or leave ${flag} out`,
    })
  }
  return asked ?? named
}

/** As the report and the next command name it. */
export function targetText(target: ExportTarget): string {
  switch (target.kind) {
    case 'stdout':
      return 'stdout'
    case 's3':
      return target.place.uri
    default:
      return target.path
  }
}

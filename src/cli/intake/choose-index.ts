import { isQwError, QwError } from '../../engine/errors.ts'
import { dryRunSource } from '../../engine/indexing/dry-run.ts'
import { sampleSource } from '../../engine/sources/sample-source.ts'
import type { CliContext } from '../command/context.ts'
import { shellWord } from '../command/shell-word.ts'
import { plural } from '../format/number.ts'
import type { DataStack } from '../stack/data-stack.ts'
import { ensureIndex } from './create-index.ts'
import { STDIN } from './ingest-files.ts'
import { indexIdFor } from './inferred-fields.ts'
import type { SourceOpener } from './open-source.ts'

interface IndexChoice {
  /** By flag or setting; taken as it is. */
  readonly named: string | undefined
  /** Make the index where it is missing. */
  readonly create: boolean
  /** Files, folders and globs as the user wrote them, and the files that they are. */
  readonly typed: readonly string[]
  readonly paths: readonly string[]
  readonly opener: SourceOpener
  readonly timestampField: string | undefined
}

/** Documents looked at before an index is taken that nobody named. */
const LOOKED_AT = 200
/** Of the fields of these documents, as many have to be known to the mapping. */
const KNOWN_SHARE = 0.5

/**
 * The index that documents go into. One that nobody named is taken only if its mapping fits them: a
 * stack without indexes takes the first file as its first one, and otherwise the user is asked, or
 * told the command that works. Throws INDEX-MISFIT and INDEX-NONE.
 */
export async function chooseIndex(
  context: CliContext,
  stack: DataStack,
  choice: IndexChoice,
): Promise<string> {
  const path = choice.paths[0] ?? ''
  const { named, opener, timestampField } = choice
  const create = (index: string, mayInfer = true): Promise<string> =>
    ensureIndex(context, stack, { index, path, opener, timestampField, mayInfer })
  if (named !== undefined) return await create(named, choice.create)
  const ids = await stack.indexing.metastore.listIndexIds(context.signal)
  const { defaultIndex } = await stack.readFile()
  const standing = defaultIndex ?? (ids.length === 1 ? ids[0] : undefined)
  const fresh = freshId(choice.typed[0] ?? path, ids)
  if (ids.length === 0 || standing === undefined) {
    // Several indexes, none of them the default: the file's own name decides.
    if (ids.length === 0 || choice.create) return await create(standing ?? fresh)
    throw new QwError('notFound', `which of ${plural(ids.length, 'index')}?`, {
      code: 'INDEX-NONE',
      fix: `name one with --index: ${ids.join(', ')}\nor make one: ${commandFor(choice, fresh)}`,
    })
  }
  const misfit = ids.includes(standing) ? await misfitOf(context, stack, standing, choice) : ''
  if (misfit === undefined) return standing
  if (misfit === '' || choice.create) return await create(misfit === '' ? standing : fresh)
  return await askWhere(context, { choice, standing, fresh, misfit, create })
}

/** Why the documents do not belong into this index; undefined when they do. */
async function misfitOf(
  context: CliContext,
  stack: DataStack,
  indexId: string,
  { paths, opener }: IndexChoice,
): Promise<string | undefined> {
  const path = paths[0] ?? ''
  const { metastore } = stack.indexing
  const { docMapping } = (await metastore.load(indexId, context.signal)).metadata.config
  const source = await opener.lookAt(path)
  const sampling = { maxDocs: LOOKED_AT, nowMs: context.clock.nowMs(), signal: context.signal }
  const { docs } = await sampleSource(source, sampling).catch((error: unknown) => {
    // What is no document at all is told line by line when it is indexed.
    if (isQwError(error, 'invalid')) return { docs: [] }
    throw error
  })
  const declared = new Set(docMapping.fieldMappings.map(({ name }) => name))
  const keys = docs.flatMap((doc) => Object.keys(doc))
  const unknown = [...new Set(keys.filter((key) => !declared.has(key)))]
  const known = keys.filter((key) => declared.has(key)).length
  if (declared.size > 0 && keys.length > 0 && known < keys.length * KNOWN_SHARE) {
    return `its mapping does not know ${unknown.slice(0, 5).join(', ')}`
  }
  const trial = await dryRunSource(stack.indexing, {
    indexId,
    source: await opener.lookAt(path),
    maxDocs: LOOKED_AT,
    signal: context.signal,
  })
  const [top] = trial.rejectReasons
  if (docs.length === 0 || top === undefined || trial.rejectedCount <= trial.docCount)
    return undefined
  return `it rejects ${top.path === undefined ? '' : `\`${top.path}\`: `}${top.reason}`
}

interface Misfit {
  readonly choice: IndexChoice
  readonly standing: string
  readonly fresh: string
  readonly misfit: string
  readonly create: (index: string) => Promise<string>
}

async function askWhere(
  { prompts, report }: CliContext,
  { choice, standing, fresh, misfit, create }: Misfit,
): Promise<string> {
  const shown = nameOf(choice.paths[0] ?? '')
  const message = `${shown} does not fit the index ${standing}`
  if (!prompts.interactive) {
    throw new QwError('invalid', message, {
      code: 'INDEX-MISFIT',
      why: misfit,
      fix: `${commandFor(choice, fresh)}\nor, to put it there all the same: --index ${standing}`,
    })
  }
  report.note(`${message}: ${misfit}.`)
  const where = await prompts.select<'new' | 'standing'>({
    message: 'Where shall it go?',
    flag: `--index ${fresh} --create, or --index ${standing}`,
    fallback: 'new',
    choices: [
      { value: 'new', name: `a new index, ${fresh}` },
      { value: 'standing', name: `${standing} all the same` },
    ],
  })
  return where === 'new' ? await create(fresh) : standing
}

function nameOf(path: string): string {
  return path === STDIN ? 'the input' : `the file ${path}`
}

function commandFor({ typed }: IndexChoice, index: string): string {
  return `qw-lambda ingest ${typed.map(shellWord).join(' ')} --index ${index} --create`
}

/** The file's name as an index id that no index has. */
function freshId(path: string, ids: readonly string[]): string {
  const id = indexIdFor(path)
  for (let n = 2; ; n++) {
    const candidate = n === 2 ? id : `${id}-${n - 1}`
    if (!ids.includes(candidate)) return candidate
  }
}

import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import type { WatchRequest } from '../../local/watch.ts'
import type { CliContext } from '../command/context.ts'
import { chooseIndex } from '../intake/choose-index.ts'
import { expandSources } from '../intake/ingest-files.ts'
import { SourceOpener } from '../intake/open-source.ts'
import { SOURCE_ID } from '../intake/run-ingest.ts'
import { currentIndex } from '../stack/local-stacks.ts'

export type Watched = WatchRequest

/** The folders that `--watch` names, each with its index. Throws when one of either is not there, and as
 *  `chooseIndex` does for files that do not fit the default index. */
export async function watchedFolders(
  context: CliContext,
  stack: LocalStack,
  texts: readonly string[],
): Promise<Watched[]> {
  const watched: Watched[] = []
  for (const text of texts) {
    const { folder, named } = await parse(text)
    const indexId = named ?? (await indexFor(context, stack, folder))
    await stack.indexing.metastore.load(indexId, context.signal)
    watched.push({ folder: resolve(folder), indexId, sourceId: SOURCE_ID })
    context.report.hint(`Watching ${folder} for the index ${indexId}.`)
  }
  return watched
}

/** `<folder>`, or `<folder>=<index>`. */
async function parse(text: string): Promise<{ folder: string; named: string | undefined }> {
  if (await isFolder(text)) return { folder: text, named: undefined }
  const at = text.lastIndexOf('=')
  const folder = at === -1 ? text : text.slice(0, at)
  if (await isFolder(folder)) return { folder, named: text.slice(at + 1) }
  throw new QwError('notFound', `there is no folder ${folder} to watch`, {
    fix: 'check the path; --watch takes <folder> or <folder>=<index>',
  })
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

/** Of a folder that has files the index is chosen as `ingest` does it. */
async function indexFor(context: CliContext, stack: LocalStack, folder: string): Promise<string> {
  const paths = await expandSources([folder]).catch(() => [])
  if (paths.length === 0) return await currentIndex(context, stack, undefined)
  return await chooseIndex(context, stack, {
    named: context.settings.get('index'),
    create: false,
    typed: [folder],
    paths,
    opener: new SourceOpener(context),
    timestampField: undefined,
  })
}

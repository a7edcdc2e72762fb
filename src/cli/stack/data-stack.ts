import type { IndexingComponents } from '../../engine/indexing/components.ts'
import type { IndexConfig } from '../../engine/schema/index-config.ts'
import type { SearchContext } from '../../engine/search/root.ts'
import type { StackFile } from '../../local/stack-file.ts'
import { isCloudTarget } from './target.ts'
import type { CliContext } from '../command/context.ts'
import { currentLocalStack } from './local-stacks.ts'

/** A stack as far as its indexes go: folders of this machine or the index bucket of a deployment. The
 *  engine that reads and changes them is this process either way. */
export interface DataStack {
  readonly name: string
  readonly indexing: IndexingComponents
  /** Of a stack of this machine: where threads of its own find it. */
  readonly folder?: string
  readonly search: SearchContext
  /** Where the indexes lie: `file:///…`, `s3://bucket/index`. */
  readonly indexRoot: string
  readFile(): Promise<Pick<StackFile, 'defaultIndex'>>
  /** The config with which a deployment's function makes an index that is not there; undefined: it would refuse. */
  saidConfig?(indexId: string): Promise<IndexConfig | undefined>
  /** A deployment's settings are its template's: there nothing is written. */
  updateFile(change: (file: StackFile) => StackFile): Promise<unknown>
}

/** The stack that the settings name, wherever it runs. */
export async function currentDataStack(context: CliContext): Promise<DataStack> {
  if (!isCloudTarget(context)) return await currentLocalStack(context)
  return await (await import('./aws-data-stack.ts')).openCloudStack(context)
}

import { listLocalStacks, openLocalStack } from '../../local/local-stack.ts'
import { runningServer } from '../../local/serve-lock.ts'
import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { formatCount } from '../format/number.ts'
import { printJson, printRows } from '../command/rows.ts'
import { localHost } from '../stack/local-stacks.ts'

interface ListedStack {
  readonly name: string
  readonly target: 'local' | 'aws'
  /** A folder, or a region. */
  readonly place: string
  readonly indexCount: number
  readonly docCount: number
  readonly url: string | undefined
  /** Meant when no other is named. */
  readonly isDefault: boolean
}

export const listCommand = defineCommand({
  description: 'The one marked with * is meant when no --stack is given.',
  options: {},
  async run(context) {
    if (isCloudTarget(context)) return await (await import('./aws-status.ts')).awsList(context)
    const stacks = await listedLocalStacks(context)
    if (context.format === 'json') {
      return await printJson(context, {
        schema: 'qw-lambda/list/1',
        stacks: stacks.map(documentOf),
      })
    }
    if (stacks.length === 0) {
      context.report.hint(`No stack in ${context.settings.dataDir}. Make one: qw-lambda init`)
      return
    }
    const columns = [
      { name: '' },
      { name: 'stack' },
      { name: 'target' },
      { name: 'indexes', align: 'right' as const },
      { name: 'docs', align: 'right' as const },
      { name: 'serving' },
      { name: 'place' },
    ]
    const rows = stacks.map((stack) => [
      stack.isDefault ? '*' : '',
      stack.name,
      stack.target,
      formatCount(stack.indexCount),
      formatCount(stack.docCount),
      stack.url ?? 'no',
      stack.place,
    ])
    await printRows(context, columns, rows, 'blocks')
  },
})

async function listedLocalStacks(context: CliContext): Promise<ListedStack[]> {
  const host = localHost(context)
  const names = await listLocalStacks(host.dataDir)
  const chosen = context.settings.get('stack')
  const listed: ListedStack[] = []
  for (const name of names) {
    const stack = await openLocalStack(host, name)
    const files = await stack.indexing.metastore.listIndexes(['*'], context.signal)
    const docCount = files.flatMap(publishedSplits).reduce((sum, split) => sum + split.docCount, 0)
    listed.push({
      name,
      target: 'local',
      place: stack.folder,
      indexCount: files.length,
      docCount,
      url: (await runningServer(stack.folder))?.url,
      isDefault: chosen === name || (chosen === undefined && names.length === 1),
    })
  }
  return listed
}

function documentOf(stack: ListedStack): object {
  return {
    name: stack.name,
    target: stack.target,
    place: stack.place,
    indexes: stack.indexCount,
    docs: stack.docCount,
    serving: stack.url ?? null,
    default: stack.isDefault,
  }
}

import { QwError } from '../../engine/errors.ts'
import { removeLocalStack } from '../../local/local-stack.ts'
import { runningServer } from '../../local/serve-lock.ts'
import { defineCommand } from '../command.ts'
import { formatBytes, plural } from '../format/number.ts'
import { currentLocalStack } from '../local-stacks.ts'
import { flag, text } from '../option.ts'
import { folderSize } from '../folder-size.ts'

export const teardownCommand = defineCommand({
  summary: 'remove a stack with all its data, and prove it',
  options: {
    confirm: text('--confirm <name>', 'the stack’s name, typed out'),
    dryRun: flag('--dry-run', 'show what would go, and stop'),
  },
  examples: ['qw-lambda teardown --confirm shop'],
  async run(context, { options }) {
    const stack = await currentLocalStack(context)
    const server = await runningServer(stack.folder)
    if (server !== undefined) {
      throw new QwError('conflict', `the stack is being served at ${server.url}`, {
        code: 'LOCAL-LOCK',
        fix: `stop that first: kill ${server.pid}`,
      })
    }
    const before = await folderSize(stack.folder)
    const { report, out } = context
    report.note(`Will remove ${stack.folder}`)
    report.note(`  ${plural(before.files, 'file')}, ${formatBytes(before.bytes)}: every index and staged file of ${stack.name}`)
    report.note(`  Not touched: your source files, ${context.settings.projectPath}`)
    if (options.dryRun === true) return
    await context.prompts.typedName({
      message: `This deletes all data of ${stack.name}`,
      name: stack.name,
      given: options.confirm,
    })
    const startedMs = context.clock.nowMs()
    const phase = report.phase(`Removing ${stack.name}`)
    await removeLocalStack(stack)
    const after = await folderSize(stack.folder)
    phase.succeed(`Removed ${stack.name}`)
    if (context.format === 'json') {
      const document = {
        schema: 'qw-lambda/teardown/1',
        removed: [{ type: 'local-stack', id: stack.folder }],
        kept: [],
        leftovers: [],
        objects_deleted: before.files - after.files,
        bytes_deleted: before.bytes - after.bytes,
        elapsed_ms: Math.round(context.clock.nowMs() - startedMs),
      }
      await out.write(`${JSON.stringify(document)}\n`)
      return
    }
    await out.write(
      `Nothing left of ${stack.name}: ${plural(before.files, 'file')} and ${formatBytes(before.bytes)} are gone. Cost from now on: $0.00 a month.\n`,
    )
  },
})

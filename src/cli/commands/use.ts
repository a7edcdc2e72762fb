import { openLocalStack } from '../../local/local-stack.ts'
import { defineCommand } from '../command.ts'
import { printJson } from '../format/rows.ts'
import { localHost } from '../local-stacks.ts'
import { changeJsonFile } from '../settings-file.ts'

export const useCommand = defineCommand({
  summary: 'choose the stack that commands mean',
  description: 'Kept for this user. A --stack flag, QWL_STACK and a project file come before it.',
  args: [['<stack>', 'its name, as qw-lambda list shows it']],
  options: {},
  async run(context, { args }) {
    const stack = await openLocalStack(localHost(context), args[0] ?? '')
    const { settings } = context
    await changeJsonFile(settings.userPath, { stack: stack.name })
    const { value, origin, source } = settings.all.stack
    const isHidden = origin !== 'default' && origin !== 'user file' && value !== stack.name
    if (isHidden) {
      context.report.warn(
        `Here ${source ?? origin} still says ${value}`,
        `qw-lambda status --stack ${stack.name}, or change ${source ?? origin}`,
      )
    }
    if (context.format === 'json') {
      const document = { schema: 'qw-lambda/use/1', stack: stack.name, file: settings.userPath }
      return await printJson(context, document)
    }
    await context.out.write(`Using ${stack.name}.\n`)
  },
})

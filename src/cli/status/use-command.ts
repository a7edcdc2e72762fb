import { openLocalStack } from '../../local/local-stack.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { printJson } from '../command/rows.ts'
import { localHost } from '../stack/local-stacks.ts'
import { changeJsonFile } from '../command/settings-file.ts'

export const useCommand = defineCommand({
  description: 'Kept for this user. A --stack flag, QWL_STACK and a project file come before it.',
  args: [['<stack>', 'its name, as qw-lambda list shows it']],
  options: {},
  async run(context, { args }) {
    const { settings } = context
    const stack = await namedStack(context, args[0] ?? '')
    await changeJsonFile(settings.userPath, { stack: stack.name, ...stack.place })
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

interface NamedStack {
  readonly name: string
  /** Settings that lead there besides the name; undefined ones are taken out of the file. */
  readonly place: Readonly<Record<string, string | undefined>>
}

async function namedStack(context: CliContext, name: string): Promise<NamedStack> {
  if (isCloudTarget(context)) {
    const { target, region } = await (
      await import('./aws-status.ts')
    ).namedDeployment(context, name)
    return { name, place: { target, region } }
  }
  const stack = await openLocalStack(localHost(context), name)
  return { name: stack.name, place: { target: undefined } }
}

import { listLocalStacks } from '../../local/local-stack.ts'
import { defineCommand } from '../command/command.ts'

/** What `qw-lambda` alone says: how to begin, or how things stand. */
export const welcomeCommand = defineCommand({
  options: {},
  async run(context) {
    const { settings, out, report } = context
    const names = await listLocalStacks(settings.dataDir)
    const named = settings.get('stack')
    const isKnown = named === undefined ? names.length === 1 : names.includes(named)
    if (isKnown && settings.get('target') !== 'aws') {
      await context.runCommand('status', { context })
      report.hint(
        [
          '',
          `Try   qw-lambda search '*'`,
          '      qw-lambda search --histogram',
          '      qw-lambda --help',
        ].join('\n'),
      )
      return
    }
    const { paint } = out.style
    const begin =
      names.length > 1 && named === undefined
        ? [
            `There are several stacks: ${names.join(', ')}.`,
            `Choose one:    ${paint.bold('qw-lambda use <stack>')}`,
          ]
        : [
            named === undefined
              ? 'Nothing is set up here yet.'
              : `Nothing is set up for ${named} yet (named by ${settings.all.stack.source ?? settings.all.stack.origin}).`,
            `Begin with:    ${paint.bold('qw-lambda init')}`,
          ]
    const lines = [
      'Serverless search on your own S3 bucket, or on this laptop.',
      ...begin,
      'All commands:  qw-lambda --help',
    ]
    await out.write(`${lines.join('\n')}\n`)
  },
})

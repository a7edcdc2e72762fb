import { listLocalStacks } from '../../local/local-stack.ts'
import { defineCommand } from '../command.ts'
import { statusCommand } from './status.ts'

/** What `qw-lambda` alone says: how to begin, or how things stand. */
export const welcomeCommand = defineCommand({
  summary: 'how to begin',
  options: {},
  async run(context) {
    const names = await listLocalStacks(context.settings.dataDir)
    if (names.length > 0 || context.settings.project !== undefined) {
      await statusCommand.invoke(context, [], {})
      context.report.hint(`Try: qw-lambda search '*'    qw-lambda status    qw-lambda --help`)
      return
    }
    await context.out.write(
      [
        'Serverless search on your own S3 bucket, or on this laptop.',
        'Nothing is set up here yet. Begin with:  qw-lambda init',
        'All commands:                            qw-lambda --help',
        '',
      ].join('\n'),
    )
  },
})

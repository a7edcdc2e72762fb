import { QwError } from '../../engine/errors.ts'
import { defineCommand } from '../command/command.ts'
import { text } from '../command/option.ts'
import { isCloudTarget } from '../stack/target.ts'

export const ingestCancelCommand = defineCommand({
  description:
    'For files that ingest handed over to a deployment: those that are not indexed yet are taken out of the staging bucket, and what is being indexed ends with its last commit. What is indexed stays; the same ingest brings the rest another time.',
  args: [['<ingest>', 'the id that ingest --no-wait and Ctrl-C print; any unique beginning']],
  options: { index: text('--index <id>', 'only look for ingests into this index') },
  examples: ['qw-lambda ingest cancel 01KAYV'],
  async run(context, { args, options }) {
    const [wanted = ''] = args
    if (!isCloudTarget(context)) throw runsInItsCommand()
    const { cancelHanded } = await import('./aws-cancel-handed.ts')
    return await cancelHanded(context, { wanted, index: options.index })
  },
})

function runsInItsCommand(): QwError {
  return new QwError('invalid', 'an ingest into a stack of this machine runs in its own command', {
    code: 'USAGE',
    fix: 'press Ctrl-C there, or end its process: what is committed stays, and the same command goes on from there',
  })
}

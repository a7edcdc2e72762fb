import { defineCommand } from '../../command/command.ts'
import { localIndexNames, localStackNames } from './local-names.ts'
import { TOPIC_NAMES } from '../help/topic-names.ts'
import { SETTING_NAMES } from '../../command/settings.ts'

/** Asked by the completion scripts; never fails, since nobody would see why. */
export const completeCommand = defineCommand({
  args: [['<kind>', 'stacks, indexes, topics or settings']],
  options: {},
  toleratesBrokenFiles: true,
  async run(context, { args }) {
    const { settings } = context
    const names: Readonly<Record<string, () => readonly string[]>> = {
      stacks: () => localStackNames(settings.dataDir),
      indexes: () => localIndexNames(settings.dataDir, settings.get('stack')),
      topics: () => TOPIC_NAMES,
      settings: () => SETTING_NAMES,
    }
    const found = names[args[0] ?? '']?.() ?? []
    await context.out.write(found.map((name) => `${name}\n`).join(''))
  },
})

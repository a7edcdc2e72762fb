import { defineCommand } from '../../command/command.ts'
import { text } from '../../command/option.ts'
import { SETTING_NAMES } from '../../command/settings.ts'
import { fieldNames, localIndexNames, localStackNames } from '../../stack/known-names.ts'
import { TOPIC_NAMES } from '../help/topic-names.ts'

/** Asked by the completion scripts; never fails, since nobody would see why. */
export const completeCommand = defineCommand({
  args: [['<kind>', 'stacks, indexes, fields, query, topics, settings or saved']],
  options: { index: text('--index <id>', 'fields of this index alone', true) },
  toleratesBrokenFiles: true,
  async run(context, { args, options }) {
    const { settings } = context
    const index = options.index || settings.get('index')
    // Scripts pass an empty one where none was typed.
    const fields = (): string[] => fieldNames(settings, index === '' ? undefined : index)
    const names: Readonly<Record<string, () => readonly string[]>> = {
      stacks: () => localStackNames(settings.dataDir),
      indexes: () => localIndexNames(settings),
      fields,
      query: () => fields().map((name) => `${name}:`),
      topics: () => TOPIC_NAMES,
      settings: () => SETTING_NAMES,
      saved: () =>
        [settings.project, settings.user].flatMap((file) =>
          Object.keys(file?.document['queries'] ?? {}),
        ),
    }
    const found = names[args[0] ?? '']?.() ?? []
    const safe = found.filter((name) => SAFE.test(name))
    await context.out.write(safe.map((name) => `${name}\n`).join(''))
  },
})

/** Names come from data, and shells expand what they are offered: `$(…)` in a field's name would be
 *  run at the Tab key. */
const SAFE = /^[\p{L}\p{N}_@.:-]+$/u

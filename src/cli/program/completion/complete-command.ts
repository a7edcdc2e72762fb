import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineCommand } from '../../command/command.ts'
import { TOPIC_NAMES } from '../help/topic-names.ts'
import { SETTING_NAMES } from '../../command/settings.ts'
import { INDEX_FOLDER, STACK_FILE } from '../../../local/layout.ts'

/** Asked by the completion scripts; never fails, since nobody would see why. */
export const completeCommand = defineCommand({
  args: [['<kind>', 'stacks, indexes, topics, settings or saved']],
  options: {},
  toleratesBrokenFiles: true,
  async run(context, { args }) {
    const { settings } = context
    const names: Readonly<Record<string, () => readonly string[]>> = {
      stacks: () => localStackNames(settings.dataDir),
      indexes: () => localIndexNames(settings.dataDir, settings.get('stack')),
      topics: () => TOPIC_NAMES,
      settings: () => SETTING_NAMES,
      saved: () =>
        [settings.project, settings.user].flatMap((file) =>
          Object.keys(file?.document['queries'] ?? {}),
        ),
    }
    const found = names[args[0] ?? '']?.() ?? []
    await context.out.write(found.map((name) => `${name}\n`).join(''))
  },
})

/**
 * Names of stacks and indexes from the folders alone: nothing is opened or parsed, since somebody
 * waits at the keyboard.
 */
function localStackNames(dataDir: string): string[] {
  return foldersOf(dataDir).filter((name) => existsSync(join(dataDir, name, STACK_FILE)))
}

function localIndexNames(dataDir: string, stack: string | undefined): string[] {
  const stacks = stack === undefined || stack === 'local' ? localStackNames(dataDir) : [stack]
  const names = stacks.flatMap((name) => {
    const folder = join(dataDir, name, INDEX_FOLDER)
    return foldersOf(folder).filter((index) => existsSync(join(folder, index, 'metastore.json')))
  })
  return [...new Set(names)].toSorted()
}

function foldersOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  } catch {
    return []
  }
}

import { defineCommand } from '../command/command.ts'
import { EXIT } from '../command/exit-codes.ts'
import { printJson, printRows } from '../command/rows.ts'
import { flag } from '../command/option.ts'
import { settingName } from '../command/setting-rules.ts'
import { SETTING_NAMES } from '../command/settings.ts'

export const configListCommand = defineCommand({
  pages: () => true,
  options: { origin: flag('--origin', 'also say which flag, variable or file gave the value') },
  async run(context, { options }) {
    const { settings } = context
    if (context.format === 'json') {
      const entries = SETTING_NAMES.map((name) => {
        const { value, origin, source } = settings.all[name]
        return [name, { value: value ?? null, origin, source: source ?? null }] as const
      })
      return await printJson(context, {
        schema: 'qw-lambda/config/1',
        settings: Object.fromEntries(entries),
      })
    }
    const columns = [{ name: 'setting' }, { name: 'value' }]
    if (options.origin === true) columns.push({ name: 'origin' }, { name: 'source' })
    const rows = SETTING_NAMES.map((name) => {
      const { value, origin, source } = settings.all[name]
      const shown = value ?? (name === 'dataDir' ? settings.dataDir : '')
      return options.origin === true ? [name, shown, origin, source ?? ''] : [name, shown]
    })
    await printRows(context, columns, rows)
  },
})

export const configGetCommand = defineCommand({
  description: 'Prints the value alone; exit status 6 when it is not set.',
  args: [['<setting>', 'its name, as qw-lambda config list shows it']],
  options: {},
  async run(context, { args }) {
    const name = settingName(args[0] ?? '')
    const { value, origin, source } = context.settings.all[name]
    const shown = value ?? (name === 'dataDir' ? context.settings.dataDir : undefined)
    if (context.format === 'json') {
      await printJson(context, { name, value: shown ?? null, origin, source: source ?? null })
    } else if (shown !== undefined) await context.out.write(`${shown}\n`)
    return shown === undefined ? EXIT.notFound : EXIT.ok
  },
})

export const configPathCommand = defineCommand({
  options: {},
  async run(context) {
    const { settings } = context
    const paths = {
      project: settings.projectPath,
      user: settings.userPath,
      data: settings.dataDir,
    }
    if (context.format === 'json') {
      return await printJson(context, { schema: 'qw-lambda/config-path/1', ...paths })
    }
    await printRows(context, [{ name: 'file' }, { name: 'path' }], Object.entries(paths))
  },
})

import { QwError } from '../../engine/errors.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { printJson } from '../command/rows.ts'
import { flag } from '../command/option.ts'
import { PROJECT_FILE } from '../command/project-shape.ts'
import { checkSettingValue, settingName } from '../command/setting-rules.ts'
import { changeJsonFile } from '../command/settings-file.ts'
import { PROJECT_KEYS, type SettingName } from '../command/settings.ts'

const PROJECT = flag('--project', 'in qw-lambda.json of this folder, for everybody who works on it')

export const configSetCommand = defineCommand({
  args: [
    ['<setting>', 'its name, as qw-lambda config list shows it'],
    ['<value>', 'its value'],
  ],
  options: { project: PROJECT },
  examples: ['qw-lambda config set tz utc', 'qw-lambda config set index hdfs-logs --project'],
  async run(context, { args, options }) {
    const name = settingName(args[0] ?? '')
    const value = args[1] ?? ''
    checkSettingValue(name, value)
    await keep(context, { name, value, inProject: options.project === true })
  },
})

export const configUnsetCommand = defineCommand({
  args: [['<setting>', 'its name, as qw-lambda config list shows it']],
  options: { project: PROJECT },
  async run(context, { args, options }) {
    const name = settingName(args[0] ?? '')
    await keep(context, { name, value: undefined, inProject: options.project === true })
  },
})

interface Change {
  readonly name: SettingName
  readonly value: string | undefined
  readonly inProject: boolean
}

async function keep(context: CliContext, { name, value, inProject }: Change): Promise<void> {
  const { settings, report } = context
  const path = inProject ? settings.projectPath : settings.userPath
  const key = inProject ? PROJECT_KEYS[name] : name
  if (key === undefined) {
    throw new QwError('invalid', `${name} is a habit of a user, not of a project`, {
      fix: 'leave --project out',
    })
  }
  if (inProject) PROJECT_FILE.read({ [key]: value }, { document: path, path: '' })
  await changeJsonFile(path, { [key]: value })
  const { origin, source } = settings.all[name]
  const isHidden =
    origin === 'flag' || origin === 'environment' || (origin === 'project file' && !inProject)
  if (isHidden) report.warn(`${source ?? origin} comes before it here`)
  if (context.format === 'json') {
    return await printJson(context, { name, value: value ?? null, file: path })
  }
  await context.out.write(
    value === undefined ? `${name} is unset in ${path}\n` : `${name} = ${value} in ${path}\n`,
  )
}

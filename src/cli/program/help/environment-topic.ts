import { ENVIRONMENT, SETTING_NAMES } from '../../command/settings.ts'

/** Variables that are no setting of `config list`. */
const OTHERS: readonly (readonly [name: string, meaning: string])[] = [
  ['QWL_LOCAL=1', 'as --local'],
  ['QWL_CONFIG', 'the project file'],
  ['QWL_YES=1', 'as --yes'],
  ['QWL_NO_INPUT=1', 'as --no-input; so does CI'],
  ['QWL_DEBUG=1', 'as -v, with stack traces; =http shows each request'],
  ['QWL_ASCII=1', 'as --ascii; so does a locale that is not UTF-8'],
  ['QWL_ENDPOINT', 'an API to use without AWS credentials'],
  ['QWL_API_KEY', 'its key; or QWL_API_KEY_FILE, a file that holds it'],
  ['NO_COLOR', 'no colour; FORCE_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb too'],
  ['COLUMNS', 'width of tables and drawings'],
  ['AWS_*', 'credentials and region, as every AWS tool reads them'],
  ['BROWSER', 'what open starts'],
]

export function environmentTopic(): string {
  const settings = SETTING_NAMES.flatMap((name) => {
    const variables = ENVIRONMENT[name]
    return variables === undefined ? [] : [[variables.join(', '), name] as const]
  })
  const width = Math.max(...OTHERS.map(([name]) => name.length)) + 2
  const rows = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([name, meaning]) => `  ${name.padEnd(width)}${meaning}`).join('\n')
  const wide = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([name, meaning]) => `  ${meaning.padEnd(10)}${name}`).join('\n')
  return `Which value holds

  flag, variable, project file, user file, what is found, default: the first that
  has one. See them all: qw-lambda config list --origin

Files

  project   qw-lambda.json, the nearest upward; safe to commit
  user      $XDG_CONFIG_HOME/qw-lambda/config.json (~/.config/…)
  data      $XDG_DATA_HOME/qw-lambda (~/.local/share/…): stacks of this machine

Settings that are variables too

${wide(settings)}

Other variables

${rows(OTHERS)}

QW_LAMBDA_* are settings of the functions in AWS; the tool never copies yours.
`
}

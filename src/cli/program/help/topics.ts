import type { Style } from '../../format/style.ts'
import {
  COST_TOPIC,
  FORMATS_TOPIC,
  GRAFANA_TOPIC,
  QUERY_TOPIC,
  QUOTAS_TOPIC,
} from './topic-texts.ts'
import type { TopicName } from './topic-names.ts'
import { ENVIRONMENT, SETTING_NAMES } from '../../command/settings.ts'
import { EXIT, type ExitCode } from '../../command/exit-codes.ts'

export const TOPIC_SUMMARIES: Readonly<Record<TopicName, string>> = {
  query: 'the query language, with an example of each form',
  formats: 'what goes to stdout, in which format; what ingest reads',
  quotas: 'limits of AWS and of this tool, and the way round each',
  cost: 'where a month’s money goes, and what cost-estimate assumes',
  environment: 'variables and files, and which comes before which',
  'exit-codes': 'what a script can rely on',
  grafana: 'the data source for logs and dashboards',
}

/** Headings are bold; the text itself fits 80 columns. */
export function topicText(topic: TopicName, style: Style): string {
  const text = textOf(topic).trim()
  const heading = (line: string): boolean => /^[A-Z][^.]*$/.test(line) && !line.startsWith(' ')
  const lines = text.split('\n').map((line) => (heading(line) ? style.paint.bold(line) : line))
  return `${lines.join('\n')}\n`
}

function textOf(topic: TopicName): string {
  switch (topic) {
    case 'query':
      return QUERY_TOPIC
    case 'formats':
      return FORMATS_TOPIC
    case 'quotas':
      return QUOTAS_TOPIC
    case 'cost':
      return COST_TOPIC
    case 'environment':
      return environmentTopic()
    case 'exit-codes':
      return exitCodesTopic()
    case 'grafana':
      return GRAFANA_TOPIC
  }
}

/** Variables that are no setting of `config list`. */
const OTHERS: readonly (readonly [name: string, meaning: string])[] = [
  ['QWL_LOCAL=1', 'as --local'],
  ['QWL_CONFIG', 'the project file'],
  ['QWL_YES=1', 'as --yes'],
  ['QWL_NO_INPUT=1', 'as --no-input; so does CI'],
  ['QWL_DEBUG=1', 'as -v, with stack traces; =http shows each request'],
  ['QWL_ASCII=1', 'as --ascii; so does a locale that is not UTF-8'],
  ['QWL_MERGES', 'behind or wait: whether merges go on after ingest (on a terminal)'],
  ['QWL_ENDPOINT', 'an API to use without AWS credentials'],
  ['QWL_API_KEY', 'its key; or QWL_API_KEY_FILE, a file that holds it'],
  ['NO_COLOR', 'no colour; FORCE_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM=dumb too'],
  ['QWL_PAGER', 'the pager of long answers; else PAGER, else less; empty for none'],
  ['COLUMNS', 'width of tables and drawings'],
  ['AWS_*', 'credentials and region, as every AWS tool reads them'],
  ['BROWSER', 'what open starts'],
]

function environmentTopic(): string {
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

const MEANINGS: Readonly<Record<ExitCode, readonly [name: string, when: string]>> = {
  0: ['ok', 'done; zero hits is also 0'],
  1: ['failed', 'anything not below'],
  2: ['usage', 'unknown flag or command, missing value, bad query syntax'],
  3: ['not-set-up', 'no project, or no stack of that name'],
  4: ['credentials', 'none found, expired, clock skew, API key rejected'],
  5: ['forbidden', 'AWS said no: permissions, organisation policy'],
  6: ['not-found', 'index, split, file, setting'],
  7: ['busy', 'another change is running, port or folder in use, throttled'],
  8: ['limit', 'quota, answer over 6 MB, request too large, time limit'],
  9: ['remote', 'a function failed, or could not be reached'],
  10: ['partial', 'some documents rejected, some splits failed, leftovers'],
  11: ['confirm', 'a confirmation was needed and not given, or declined'],
  12: ['check', 'doctor failed, --require-hits with none, --max exceeded'],
  130: ['interrupted', 'Ctrl-C'],
  143: ['terminated', 'SIGTERM'],
}

function exitCodesTopic(): string {
  const rows = Object.values(EXIT).map((code) => {
    const [name, when] = MEANINGS[code]
    return `  ${String(code).padStart(3)}  ${name.padEnd(12)} ${when}`
  })
  return `Exit status\n\n${rows.join('\n')}

With --json an error is one line on stderr:
  {"error":{"code","kind","message","why","fix":[],"position","exit","retryable","docs"}}
`
}

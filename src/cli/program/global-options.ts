import { choice, duration, flag, text, type OptionSpecs } from '../command/option.ts'

/** Accepted before and after the command's name. */
export const GLOBAL_OPTIONS = {
  stack: text('--stack <name>', 'which deployment (QWL_STACK)'),
  local: flag('--local', 'use the local stack (QWL_LOCAL=1)'),
  region: text('--region <region>', 'AWS region (QWL_REGION, AWS_REGION)'),
  profile: text('--profile <profile>', 'AWS profile (QWL_PROFILE, AWS_PROFILE)'),
  config: text('--config <file>', 'project file (QWL_CONFIG; nearest qw-lambda.json)'),
  dataDir: text('--data-dir <folder>', 'where local stacks live (QWL_DATA_DIR)'),
  json: flag('--json', 'one JSON document on stdout'),
  format: choice('--format <format>', 'how the answer is printed (QWL_FORMAT)', [
    'table',
    'json',
    'ndjson',
    'csv',
    'tsv',
    'line',
    'raw',
  ]),
  jq: text('--jq <program>', 'what jq makes of the JSON; texts without quotes'),
  yes: flag('-y, --yes', 'accept the default of every ordinary confirmation (QWL_YES=1)'),
  input: flag('--no-input', 'never ask; name every missing flag at once (QWL_NO_INPUT=1, CI)'),
  quiet: flag('-q, --quiet', 'only errors on stderr'),
  verbose: flag('-v, --verbose', 'more detail on stderr; twice for each request (QWL_DEBUG=1)'),
  color: choice('--color <when>', 'colour (NO_COLOR, FORCE_COLOR, CLICOLOR)', [
    'auto',
    'always',
    'never',
  ]),
  ascii: flag('--ascii', 'no box or block characters (QWL_ASCII=1)'),
  pager: flag('--no-pager', 'never through a pager (QWL_PAGER, PAGER)'),
  progress: choice('--progress <kind>', 'how progress is shown (QWL_PROGRESS)', [
    'auto',
    'plain',
    'none',
  ]),
  timeout: duration('--timeout <duration>', 'limit for the whole command; none for no limit'),
  tz: text('--tz <zone>', 'times in tables: local, utc or a zone name (QWL_TZ)'),
} satisfies OptionSpecs

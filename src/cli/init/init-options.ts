import { SOURCE_TEMPLATES } from '../../engine/sources/templates/source-templates.ts'
import { INPUT_FORMAT } from '../intake/input-format.ts'
import { choice, duration, flag, integer, text, type OptionValues } from '../command/option.ts'

export const INIT_OPTIONS = {
  target: choice('--target <where>', 'where it runs: this machine, or AWS', ['local', 'aws']),
  name: text('--name <name>', 'name of the stack (the folder’s name)'),
  data: choice('--data <what>', 'what goes in first (sample)', ['sample', 'files', 's3', 'empty']),
  from: text(
    '--from <src>',
    'the files, folder or glob of --data files, the s3:// address of --data s3',
  ),
  fromTemplate: choice('--from-template <name>', 'a mapping that comes with qw-lambda', [
    ...SOURCE_TEMPLATES.keys(),
  ]),
  inputFormat: INPUT_FORMAT,
  schema: text('--schema <file>', 'index config (YAML or JSON) instead of an inferred one'),
  timestampField: text(
    '--timestamp-field <field>',
    'the time of documents whose mapping is inferred; none for no time',
  ),
  every: duration(
    '--every <duration>',
    'a new batch of sample data each (5m); none to make one only',
  ),
  retention: text(
    '--retention <duration>',
    'keep documents for: 30d, 90 days, forever (sample 30d, else forever)',
  ),
  api: flag('--api', 'in AWS: with an HTTP API and a key'),
  withoutApi: flag('--no-api', 'in AWS: search by function call only'),
  page: flag('--page', 'in AWS: with a page to look at the data in a browser'),
  withoutPage: flag('--no-page', 'in AWS: without it'),
  budget: integer('--budget <usd>', 'in AWS: alert at 80 % and 100 % of this a month'),
  budgetEmail: text('--budget-email <address>', 'in AWS: who receives alarms and the budget alert'),
  deploy: flag('--deploy', 'in AWS: deploy without asking'),
  withoutDeploy: flag('--no-deploy', 'in AWS: write the project file only'),
  force: flag('--force', 'replace an existing project file; the old one is kept as .bak'),
  print: flag('--print', 'print the project file, and write nothing'),
}

export type InitOptions = OptionValues<typeof INIT_OPTIONS>

import { basename, dirname } from 'node:path'
import { DEPLOYMENT_NAME } from '../../deploy/deployment-config.ts'
import { QwError } from '../../engine/errors.ts'
import { listLocalStacks } from '../../local/local-stack.ts'
import type { CliContext } from '../command/context.ts'
import { expandSources } from '../intake/ingest-files.ts'
import { formatUsd } from '../../cost/format.ts'
import { streamUsdPerMonth } from '../stack/stream-text.ts'
import { missingFlags } from '../command/prompts.ts'
import type { InitOptions } from './init-options.ts'
import type { InitData, InitPlan, PlannedIndex } from './init-plan.ts'
import { planIndex } from './plan-index.ts'
import { parseRetentionText, retentionYaml, withRetention } from './retention.ts'
import { askAws, askAwsRest } from './target-aws.ts'

const NAME_RULE =
  'use 3 to 22 lower-case letters, digits and dashes, starting with a letter; not -indexbucket, ' +
  '-stagingbucket, which AWS puts into names of its own'
const DEFAULT_EVERY_MS = 5 * 60_000
/** Sample sales are made now and grow old as they should; a user's files may be of any age, and
 *  a limit that nobody asked for would remove them. */
const SAMPLE_RETENTION = '30d'

/** Turns flags and answers into a plan; asks for what no flag told. Throws for every missing flag at
 *  once where nobody can be asked, and for whatever would fail later, before anything is written. */
export async function askPlan(context: CliContext, options: InitOptions): Promise<InitPlan> {
  checkFlags(context, options)
  const { prompts } = context
  const target: 'local' | 'aws' =
    options.target ??
    (await prompts.select<'local' | 'aws'>({
      message: 'Where to run',
      flag: '--target',
      fallback: 'local',
      choices: [
        { value: 'local', name: 'this machine', hint: 'no account needed, about 15 s' },
        { value: 'aws', name: 'AWS', hint: 'about 3 minutes' },
      ],
    }))
  const name = await askName(context, options, target)
  const place =
    target === 'aws'
      ? ({ kind: 'aws', answers: await askAws(context, options) } as const)
      : ({ kind: 'local' } as const)
  const data = await askData(context, options, place)
  const index = await planIndex(context, options, data)
  const everyMs =
    data.kind === 'sample' ? await askEvery(context, options, place.kind) : DEFAULT_EVERY_MS
  const retention = await askRetention(context, options, { data, index })
  return {
    name,
    target:
      place.kind === 'aws'
        ? { ...place, answers: await askAwsRest(context, options, place.answers) }
        : place,
    data,
    index: index === undefined ? undefined : keptFor(index, options, retention),
    everyMs,
    retention,
  }
}

/** Mistakes and gaps that the flags alone show. */
function checkFlags({ prompts }: CliContext, options: InitOptions): void {
  const { data, from, schema, fromTemplate, timestampField } = options
  const usage = (message: string, fix: string): QwError =>
    new QwError('invalid', message, { code: 'USAGE', fix })
  if (schema !== undefined && fromTemplate !== undefined) {
    throw usage('--schema and --from-template both give the mapping', 'leave one of them out')
  }
  if (timestampField !== undefined && (schema ?? fromTemplate) !== undefined) {
    throw usage(
      '--timestamp-field is for an inferred mapping',
      'set timestamp_field in the index config',
    )
  }
  if (from !== undefined && (data === 'sample' || data === 'empty')) {
    throw usage(`--from names data, and --data ${data} takes none`, 'write --data files')
  }
  if (fromTemplate !== undefined && fromTemplate !== 'sales' && data === 'sample') {
    throw usage(
      `no sample data comes with the template ${fromTemplate}`,
      'add --data empty, or --data files --from <src>',
    )
  }
  if (!prompts.interactive && from === undefined && (data === 'files' || data === 's3')) {
    const example = data === 'files' ? 'logs.ndjson' : 's3://bucket/prefix/'
    throw missingFlags(['--from <src>'], `qw-lambda init --data ${data} --from ${example} -y`)
  }
}

async function askName(
  context: CliContext,
  options: InitOptions,
  target: 'local' | 'aws',
): Promise<string> {
  const { settings, prompts } = context
  // Names of deployments in AWS are checked there.
  const taken = target === 'aws' ? [] : await listLocalStacks(settings.dataDir)
  const problem = (name: string): string | undefined => {
    if (!DEPLOYMENT_NAME.test(name)) return NAME_RULE
    return taken.includes(name) ? `there is a local stack ${name} already` : undefined
  }
  const fromProject = settings.project?.document['name']
  const name =
    options.name ??
    (await prompts.text({
      message: 'Name',
      flag: '--name',
      fallback:
        typeof fromProject === 'string'
          ? fromProject
          : safeName(basename(dirname(settings.projectPath))),
      validate: problem,
    }))
  if (!DEPLOYMENT_NAME.test(name)) {
    throw new QwError('invalid', `the stack name ${name} will not do`, {
      code: 'USAGE',
      fix: NAME_RULE,
    })
  }
  if (!taken.includes(name)) return name
  throw new QwError('conflict', `there is a local stack ${name} in ${settings.dataDir} already`, {
    code: 'STACK-EXISTS',
    fix: `use it (--stack ${name}), choose another --name, or remove it: qw-lambda teardown --stack ${name}`,
  })
}

function safeName(folder: string): string {
  const safe = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 22)
  return safe.length >= 3 ? safe : 'qw-lambda'
}

async function askData(
  context: CliContext,
  options: InitOptions,
  place: InitPlan['target'],
): Promise<InitData> {
  const kind = options.data ?? (await askDataKind(context, options))
  switch (kind) {
    case 'sample':
    case 'empty':
      return { kind }
    case 'files': {
      const from = options.from ?? (await askFrom(context))
      return { kind, from, paths: await expandSources([from]) }
    }
    case 's3': {
      const from = options.from ?? (await askS3(context))
      if (place.kind === 'aws') {
        const { lookAtSource } = await import('./aws-source-look.ts')
        return { kind, from, look: await lookAtSource(context, place.answers, from) }
      }
      throw new QwError('invalid', 'a stack on this machine does not read S3', {
        code: 'INGEST-S3',
        fix: `copy it here first: aws s3 cp --recursive ${from} ./data\nthen: qw-lambda init --data files --from ./data`,
      })
    }
  }
}

async function askDataKind(
  { prompts }: CliContext,
  { from, schema, fromTemplate }: InitOptions,
): Promise<InitData['kind']> {
  if (from !== undefined) return from.startsWith('s3://') ? 's3' : 'files'
  return await prompts.select({
    message: 'First data',
    flag: '--data',
    fallback: schema !== undefined || fromTemplate === 'hdfs-logs' ? 'empty' : 'sample',
    choices: [
      {
        value: 'sample',
        name: 'a stream of sample sales',
        hint: '100,000 documents now, and again every few minutes',
      },
      { value: 'files', name: 'my files', hint: 'NDJSON or JSON arrays, plain or gzip' },
      { value: 's3', name: 'an S3 bucket or prefix' },
      { value: 'empty', name: 'nothing yet' },
    ],
  })
}

async function askFrom({ prompts }: CliContext): Promise<string> {
  return await prompts.text({
    message: 'File, folder or glob',
    flag: '--from',
    fallback: undefined,
    validate: (answer) => (answer.trim() === '' ? 'name a file, a folder or a glob' : undefined),
  })
}

async function askS3({ prompts }: CliContext): Promise<string> {
  return await prompts.text({
    message: 'Bucket or prefix',
    flag: '--from',
    fallback: undefined,
    validate: (answer) => (answer.startsWith('s3://') ? undefined : 'write s3://bucket/prefix/'),
  })
}

async function askEvery(
  { prompts }: CliContext,
  options: InitOptions,
  target: 'local' | 'aws',
): Promise<number> {
  if (options.every !== undefined) return options.every
  const minutes = await prompts.select({
    message: `New sample batch every (minutes${target === 'local' ? ', while serving' : ''})`,
    flag: '--every',
    fallback: '5',
    choices: ['1', '5', '15', '60', 'none'].map((value) => ({
      value,
      name: value === 'none' ? 'never again' : value,
      ...(target === 'aws' && value !== 'none' ? { hint: monthlyPrice(Number(value)) } : {}),
    })),
  })
  return minutes === 'none' ? Infinity : Number(minutes) * 60_000
}

function monthlyPrice(everyMinutes: number): string {
  const stream = { everyMs: everyMinutes * 60_000, docsPerBatch: 100_000, paused: false }
  return `about ${formatUsd(streamUsdPerMonth(stream))} a month`
}

async function askRetention(
  { prompts }: CliContext,
  options: InitOptions,
  { data, index }: { readonly data: InitData; readonly index: PlannedIndex | undefined },
): Promise<string | undefined> {
  if (options.retention !== undefined) return parseRetentionText(options.retention)
  if (index === undefined || index.config.docMapping.timestampField === undefined) return undefined
  // A config of the user's own says what it wants.
  if (options.schema !== undefined) return index.config.retention?.period
  const period = await prompts.select({
    message: 'Keep documents for',
    flag: '--retention',
    fallback: data.kind === 'sample' ? SAMPLE_RETENTION : 'forever',
    choices: ['1d', '7d', '30d', '90d', 'forever'].map((value) => ({ value, name: value })),
  })
  return parseRetentionText(period)
}

function keptFor(
  index: PlannedIndex,
  options: InitOptions,
  retention: string | undefined,
): PlannedIndex {
  if (options.schema !== undefined && options.retention === undefined) return index
  const { yaml } = index
  const config = withRetention(index.config, retention)
  const changed = yaml === undefined ? undefined : yaml + retentionYaml(retention)
  return { ...index, config, yaml: changed }
}

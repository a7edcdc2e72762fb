import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { messageOf, QwError } from '../../engine/errors.ts'
import { readIndexConfig, type IndexConfig } from '../../engine/schema/index-config.ts'
import { shippedConfig } from '../../engine/schema/shipped-configs.ts'
import { createLocalStack, type LocalStack } from '../../local/local-stack.ts'
import { runGenerator } from '../../local/schedule.ts'
import { defineCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { plural } from '../format/number.ts'
import { localHost } from '../local-stacks.ts'
import { choice, flag, text } from '../option.ts'
import { searchCommand } from './search.ts'

const SAMPLE_INDEX = 'mock-sales'

export const initCommand = defineCommand({
  summary: 'set everything up, to the first hits',
  options: {
    target: choice('--target <where>', 'where it runs', ['local', 'aws']),
    name: text('--name <name>', 'name of the stack (the folder’s name)'),
    data: choice('--data <what>', 'what goes in first', ['sample', 'empty']),
    schema: text('--schema <file>', 'index config (YAML or JSON)'),
    force: flag('--force', 'replace an existing qw-lambda.json'),
  },
  examples: ['qw-lambda init --target local -y', 'qw-lambda init --target local --name shop --data empty --schema shop.yaml -y'],
  async run(context, { options }) {
    const name = await context.prompts.text({
      message: 'Name',
      flag: '--name',
      fallback: options.name ?? safeName(basename(context.cwd)),
    })
    const data = options.data ?? 'sample'
    const config = await configOf(options.schema, data)
    const stack = await createStack(context, name, config)
    await writeProjectFile(context, name)
    context.report.note(`Set up ${name} in ${stack.folder}`)
    if (data === 'sample') await firstHits(context, stack)
    context.report.hint(nextSteps(data === 'sample'))
    if (context.format === 'json') {
      const document = { schema: 'qw-lambda/init/1', name, target: 'local', region: null, project_file: context.settings.projectPath, deployed: true }
      await context.out.write(`${JSON.stringify(document)}\n`)
    }
  },
})

async function createStack(
  context: CliContext,
  name: string,
  config: IndexConfig | undefined,
): Promise<LocalStack> {
  const stack = await createLocalStack(localHost(context), name, config?.indexId)
  if (config !== undefined) await stack.indexing.metastore.createIndex(config)
  return stack
}

async function configOf(
  schema: string | undefined,
  data: 'sample' | 'empty',
): Promise<IndexConfig | undefined> {
  if (schema === undefined) return data === 'sample' ? shippedConfig(SAMPLE_INDEX) : undefined
  const source = await readFile(schema, 'utf8').catch((cause: unknown) => {
    throw new QwError('notFound', `cannot read ${schema}: ${messageOf(cause)}`, { fix: 'check --schema' })
  })
  return readIndexConfig(source).config
}

async function firstHits(context: CliContext, stack: LocalStack): Promise<void> {
  const phase = context.report.phase('Making sample sales and indexing them')
  const run = await runGenerator(stack, context.clock, {})
  const perSecond = Math.round((run.indexedCount / Math.max(1, run.elapsedMs)) * 1_000)
  phase.succeed(`Indexed ${plural(run.indexedCount, 'document')}, ${plural(perSecond, 'document')}/s`)
  if (context.format !== 'table') return
  const named = { ...context.settings, get: (key: 'stack') => (key === 'stack' ? stack.name : context.settings.get(key)) }
  await searchCommand.invoke({ ...context, settings: named as CliContext['settings'] }, ['quantity:>5'], { maxHits: '5' })
}

async function writeProjectFile(context: CliContext, name: string): Promise<void> {
  const { projectPath, all } = context.settings
  const { dataDir } = all
  const document = {
    name,
    target: 'local',
    // A folder given on the command line belongs to the project; the default one to the user.
    ...(dataDir.origin === 'flag' ? { dataDir: context.settings.dataDir } : {}),
  }
  await writeFile(projectPath, `${JSON.stringify(document, undefined, 2)}\n`)
}

function safeName(folder: string): string {
  const safe = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 31)
  return safe.length >= 3 ? safe : 'qw-lambda'
}

function nextSteps(hasData: boolean): string {
  const steps = hasData
    ? [`qw-lambda search 'quantity:>5' --histogram`, 'qw-lambda serve', 'qw-lambda teardown']
    : ['qw-lambda ingest <file>', `qw-lambda search '*'`, 'qw-lambda teardown']
  return `Next: ${steps.join('\n      ')}`
}

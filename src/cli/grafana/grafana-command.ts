import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { EXIT } from '../command/exit-codes.ts'
import { choice, flag, text } from '../command/option.ts'
import { printJson, printRows } from '../command/rows.ts'
import { isLevelField } from '../format/severity.ts'
import { plural } from '../format/number.ts'
import { loadIndexFacts, type IndexFacts } from '../stack/index-facts.ts'
import { openRoute, VIA_CHOICES, type SearchRoute } from '../stack/route.ts'
import { grafanaFiles, KEY_VARIABLE, type GrafanaFacts } from './grafana-files.ts'
import { tryPluginCalls } from './plugin-calls.ts'

const TARGET = {
  index: text('--index <id>', 'index id (the stack’s default)'),
  via: choice('--via <way>', 'what carries the requests (auto)', VIA_CHOICES),
}

export const grafanaProvisionCommand = defineCommand({
  description:
    'Files for a Grafana of its own: data sources, a dashboard that fits the fields of the index, and a compose file. The key stands in none of them.',
  options: {
    ...TARGET,
    out: text('--out <folder>', 'where the files go (grafana)'),
    force: flag('--force', 'replace files that are there'),
  },
  examples: ['qw-lambda grafana provision', 'qw-lambda grafana provision --index app --out ops'],
  async run(context, { options }) {
    const { facts, note } = await grafanaFacts(context, options)
    const folder = options.out ?? 'grafana'
    const files = grafanaFiles(facts)
    await writeAll(files, resolve(context.cwd, folder), options.force === true)
    if (context.format === 'json') {
      const document = { schema: 'qw-lambda/grafana-provision/1', index: facts.index, folder }
      return await printJson(context, { ...document, files: [...files.keys()] })
    }
    context.report.note(`Wrote ${plural(files.size, 'file')} into ${folder}:`)
    for (const path of files.keys()) context.report.note(`  ${path}`)
    if (note !== undefined) context.report.note(note)
    if (facts.needsKey) {
      context.report.hint(`First: export ${KEY_VARIABLE}=$(qw-lambda api-key show)`)
    }
    context.report.hint(
      `Then: docker compose -f ${join(folder, 'compose.yaml')} up, and open http://localhost:3000`,
    )
  },
})

export const grafanaCheckCommand = defineCommand({
  description: 'Makes every call that Grafana’s Quickwit data source makes, and says how it went.',
  options: TARGET,
  async run(context, { options }) {
    const { facts, route } = await grafanaFacts(context, options)
    const { signal } = context
    const nowMs = context.clock.nowMs()
    const calls = await tryPluginCalls(route.client, facts, { nowMs, signal })
    const isFine = calls.every(({ ok }) => ok)
    if (context.format === 'json') {
      await printJson(context, { schema: 'qw-lambda/grafana-check/1', index: facts.index, calls })
    } else {
      const columns = [{ name: '' }, { name: 'call' }, { name: 'found' }]
      const rows = calls.map(({ what, ok, found }) => [ok ? 'ok' : 'failed', what, found])
      await printRows(context, columns, rows)
    }
    return isFine ? EXIT.ok : EXIT.check
  },
})

interface Found {
  readonly facts: GrafanaFacts
  readonly route: SearchRoute
  /** What has to be done before the address answers. */
  readonly note: string | undefined
}

async function grafanaFacts(
  context: CliContext,
  options: {
    readonly index?: string | undefined
    readonly via?: (typeof VIA_CHOICES)[number] | undefined
  },
): Promise<Found> {
  const route = await openRoute(context, options.via ?? 'auto')
  const index = await route.index(options.index)
  const known = await loadIndexFacts(route.client, index, context.signal)
  if (known?.timestampField === undefined) {
    throw new QwError('invalid', `\`${index}\` has no time, which Grafana needs`, {
      fix: 'choose an index whose config has a `timestamp_field`: qw-lambda index list',
    })
  }
  const { endpoint, needsKey, note } = await route.address()
  if (endpoint === '') {
    throw new QwError('invalid', 'this deployment has no HTTP API', {
      fix: 'deploy one: qw-lambda deploy --api',
    })
  }
  const { timestampField } = known
  const sharesNetwork = process.platform === 'linux'
  const place = { index, endpoint, needsKey, sharesNetwork, timestampField }
  return { facts: { ...place, ...fieldsOf(known) }, route, note }
}

const MESSAGE_NAMES = ['message', 'msg', 'body', 'log', 'text', 'line', 'description']

function fieldsOf({
  fields,
  defaultSearchFields,
}: IndexFacts): Pick<GrafanaFacts, 'messageField' | 'levelField' | 'termFields'> {
  const texts = fields.filter(({ type }) => type === 'text')
  const named = MESSAGE_NAMES.find((name) => texts.some(({ path }) => path === name))
  const levelField = fields.find(({ path, fast }) => fast && isLevelField(path))?.path
  const messageField = named ?? defaultSearchFields[0]
  const terms = texts.filter(
    ({ path, fast }) => fast && path !== levelField && path !== messageField,
  )
  return {
    messageField,
    levelField,
    termFields: terms.map(({ path }) => path),
  }
}

/** All, or none when one is there already. */
async function writeAll(
  files: ReadonlyMap<string, string>,
  folder: string,
  replaces: boolean,
): Promise<void> {
  for (const path of files.keys()) {
    const full = join(folder, path)
    if (replaces || !(await exists(full))) continue
    throw new QwError('invalid', `${full} is there already`, {
      code: 'USAGE',
      fix: 'replace it with --force, or choose another folder with --out',
    })
  }
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}

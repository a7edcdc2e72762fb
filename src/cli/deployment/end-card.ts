import type { CliContext } from '../command/context.ts'
import { fittingSigns } from '../format/ascii.ts'
import { estimateOf } from './estimate.ts'
import type { PreparedDeploy } from './prepare-deploy.ts'
import type { DeployResult } from './run-deploy.ts'

/** What a deployment ends with: where it is, how to reach it, what it costs and what to type next. */
export async function printEndCard(
  context: CliContext,
  prepared: PreparedDeploy,
  result: DeployResult,
): Promise<void> {
  const { out } = context
  const { config, identity } = prepared
  const { outputs } = result.state
  const url = outputs['ApiUrl']
  const index = outputs['IndexId'] ?? config.index.id
  const rows: [string, string][] = [
    ['deployment', `${config.name} in ${identity.region}, account ${identity.accountId}`],
  ]
  if (url !== undefined) {
    rows.push(['endpoint', url])
    rows.push(['key', `${masked(result.apiKey)}   (qw-lambda api-key show)`])
    rows.push([
      'try',
      `curl -s --compressed -H "x-api-key: $(qw-lambda api-key show)" '${url}/${index}/search?query=${config.generator === undefined ? '*' : 'quantity:>5'}'`,
    ])
  }
  if (outputs['PageUrl'] !== undefined) rows.push(['page', outputs['PageUrl']])
  rows.push(['freshness', freshness(config)], ['cost', estimateOf(config).text])
  const text = rows
    .map(([name, value]) => `${out.style.paint.dim(name.padEnd(11))}${value}\n`)
    .join('')
  await out.write(fittingSigns(text, out.style))
}

/** What to type after a deployment. */
export function hintNextCommands({ report }: CliContext, { config }: PreparedDeploy): void {
  const query = config.generator === undefined ? '*' : 'quantity:>5'
  report.hint(`Next: qw-lambda search '${query}'\n      qw-lambda status\n      qw-lambda teardown`)
}

/** The last four characters: enough to tell two keys apart. */
export function masked(key: string | undefined): string {
  return key === undefined ? 'in Secrets Manager' : `…${key.slice(-4)}`
}

function freshness({ generator, functions }: PreparedDeploy['config']): string {
  const polling =
    functions.settings['QW_LAMBDA_SEARCHER_METASTORE_POLLING_INTERVAL_SECONDS'] ?? '60'
  const batch = generator === undefined ? '' : `a new batch every ${generator.everyMinutes} min; `
  return `${batch}a staged file is found within ${polling} s of being indexed`
}

import { QwError } from '../../engine/errors.ts'
import { runningServer } from '../../local/serve-lock.ts'
import type { Deployment } from '../stack/aws-deployment.ts'
import { isCloudTarget } from '../stack/target.ts'
import { openBrowser } from '../command/browser.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { printJson } from '../command/rows.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import { flag } from '../command/option.ts'

const PLACES = ['ui', 'api', 'stack', 'logs', 'bucket', 'costs', 'grafana'] as const

type Place = (typeof PLACES)[number]

export const openCommand = defineCommand({
  args: [['[what]', `${PLACES.join(', ')} (in AWS stack, else ui)`]],
  options: { print: flag('--print', 'print the address instead') },
  examples: ['qw-lambda open stack', 'qw-lambda open logs --print'],
  async run(context, { args, options }) {
    const standard = isCloudTarget(context) ? 'stack' : 'ui'
    const url = await addressOf(context, placeOf(args[0] ?? standard))
    if (context.format === 'json')
      return await printJson(context, { schema: 'qw-lambda/open/1', url })
    const opened = options.print !== true && context.out.isTerminal && openBrowser(context, url)
    await context.out.write(`${url}\n`)
    if (opened) context.report.hint('Opened in the browser.')
  },
})

function placeOf(text: string): Place {
  const found = PLACES.find((place) => place === text)
  if (found !== undefined) return found
  throw new QwError('invalid', `there is no page \`${text}\``, {
    code: 'USAGE',
    fix: `one of ${PLACES.join(', ')}`,
  })
}

async function addressOf(context: CliContext, place: Place): Promise<string> {
  if (isCloudTarget(context)) {
    const { currentDeployment } = await import('../stack/aws-deployment.ts')
    return cloudAddress(await currentDeployment(context), place)
  }
  const stack = await currentLocalStack(context)
  const server = await runningServer(stack.folder)
  if (server === undefined) {
    throw new QwError('unavailable', `the stack ${stack.name} is not being served`, {
      fix: 'qw-lambda serve',
    })
  }
  if (place === 'ui') return `${server.url}/ui/`
  // What can be asked, and how.
  if (place === 'api') return `${server.url}/openapi.json`
  throw new QwError('invalid', `a local stack has no page \`${place}\``, {
    fix: 'qw-lambda open ui, or qw-lambda open api',
  })
}

function cloudAddress({ session, state }: Deployment, place: Place): string {
  const { region } = session
  const console = () => `https://${region}.${consoleOf(session)}`
  switch (place) {
    case 'ui':
      return state.outputs['PageUrl'] ?? noPage(state.name)
    case 'api':
      return state.outputs['ApiUrl'] ?? noApi(state.name)
    case 'stack':
      return `${console()}/cloudformation/home?region=${region}#/stacks/stackinfo?stackId=${encodeURIComponent(state.stackId)}`
    case 'logs':
      return `${console()}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encodeURIComponent(state.outputs['IndexerLogs'] ?? '').replaceAll('%', '$25')}`
    case 'bucket':
      return `${console()}/s3/buckets/${state.outputs['IndexBucket'] ?? ''}?region=${region}`
    case 'costs':
      return `https://${consoleOf(session)}/cost-management/home#/cost-explorer`
    case 'grafana':
      return 'https://grafana.com/grafana/plugins/quickwit-quickwit-datasource/'
  }
}

/** Host of the console, without the Region in front. */
function consoleOf({ partition, region }: Deployment['session']): string {
  if (partition.console !== undefined) return partition.console
  throw new QwError('invalid', `the console of ${region} has no address that is known outside`, {
    fix: 'qw-lambda status, qw-lambda logs',
  })
}

function noPage(stack: string): never {
  throw new QwError('invalid', `${stack} serves no page`, {
    fix: 'look at it from here: qw-lambda serve --proxy --open\nor let it serve one: qw-lambda deploy --page',
  })
}

function noApi(stack: string): never {
  throw new QwError('invalid', `${stack} has no HTTP API`, {
    code: 'KEY-NONE',
    fix: 'qw-lambda deploy --api',
  })
}

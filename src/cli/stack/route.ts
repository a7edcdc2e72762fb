import { isJsonObject } from '../../engine/bytes/json.ts'
import { stackNameOf } from '../../deploy/naming.ts'
import { QwError } from '../../engine/errors.ts'
import { runningServer } from '../../local/serve-lock.ts'
import { apiGetJson, type ApiClient, type Via } from './api-client.ts'
import { isCloudTarget } from './target.ts'
import type { CliContext } from '../command/context.ts'
import { localClient } from './local-client.ts'
import { currentIndex, currentLocalStack } from './local-stacks.ts'
import { endpointOf, httpClient } from './http-client.ts'

export const VIA_CHOICES = ['auto', 'lambda', 'api', 'direct', 'local'] as const

type ViaChoice = (typeof VIA_CHOICES)[number]

/** What carries a search, and what is known of the other end. */
export interface SearchRoute {
  readonly client: ApiClient
  /** How often `--follow` asks. */
  readonly pollEveryMs: number
  /** For `--print`: where another client reaches the same API. */
  address(): Promise<RouteAddress>
  /** The index that is meant: the one named, a default, or the only one there is. */
  index(named: string | undefined): Promise<string>
}

export interface RouteAddress {
  /** Up to and without `/api/v1`. */
  readonly endpoint: string
  /** Whether requests need `x-api-key`. */
  readonly needsKey: boolean
  /** CloudFormation stack whose searcher answers, or would once deployed; undefined where none is known. */
  readonly cloudStack: string | undefined
  /** What has to be done before the address answers. */
  readonly note: string | undefined
}

const LOCAL_POLL_MS = 5_000
const DEFAULT_LOCAL_URL = 'http://127.0.0.1:7280'

type RouteOpener = (context: CliContext) => Promise<SearchRoute>

/** One opener for each way. */
const OPENERS: Readonly<Record<Via, RouteOpener>> = {
  local: openLocal,
  api: openApi,
  lambda: async (context) => (await import('./aws-routes.ts')).openLambdaRoute(context),
  direct: async (context) => (await import('./aws-routes.ts')).openDirectRoute(context),
}

/** The way that `--via` names or, for `auto`, that the settings imply. */
export async function openRoute(context: CliContext, choice: ViaChoice): Promise<SearchRoute> {
  return await OPENERS[choice === 'auto' ? impliedVia(context) : choice](context)
}

function impliedVia(context: CliContext): Via {
  if ((context.env['QWL_ENDPOINT'] ?? '') !== '') return 'api'
  return isCloudTarget(context) ? 'lambda' : 'local'
}

async function openLocal(context: CliContext): Promise<SearchRoute> {
  const stack = await currentLocalStack(context)
  return {
    client: localClient(stack, context.version),
    pollEveryMs: LOCAL_POLL_MS,
    async address() {
      const server = await runningServer(stack.folder)
      return {
        endpoint: server?.url ?? DEFAULT_LOCAL_URL,
        needsKey: false,
        cloudStack: stackNameOf(stack.name),
        note:
          server === undefined
            ? 'nothing listens there yet: start it with qw-lambda serve'
            : undefined,
      }
    },
    index: (named) => currentIndex(context, stack, named),
  }
}

async function openApi(context: CliContext): Promise<SearchRoute> {
  if ((context.env['QWL_ENDPOINT'] ?? '') === '' && isCloudTarget(context)) {
    return await (await import('./aws-routes.ts')).openCloudApiRoute(context)
  }
  const endpoint = endpointOf(context.env)
  const client = await httpClient(context)
  return {
    client,
    pollEveryMs: LOCAL_POLL_MS,
    address: () =>
      Promise.resolve({
        endpoint,
        needsKey: client.hasKey,
        cloudStack: undefined,
        note: undefined,
      }),
    index: async (named) =>
      named ?? context.settings.get('index') ?? (await onlyIndex(context, client)),
  }
}

async function onlyIndex(context: CliContext, client: ApiClient): Promise<string> {
  const all = await apiGetJson(client, '/indexes?format=json', context.signal)
  const ids = (Array.isArray(all) ? all : []).filter(isJsonObject).flatMap((metadata) => {
    const config = metadata['index_config']
    const id = isJsonObject(config) ? config['index_id'] : undefined
    return typeof id === 'string' ? [id] : []
  })
  const [only] = ids
  if (only !== undefined && ids.length === 1) return only
  throw new QwError('notFound', only === undefined ? 'there is no index yet' : 'which index?', {
    code: 'INDEX-NONE',
    fix:
      only === undefined
        ? 'create one at the other end'
        : `name one with --index: ${ids.join(', ')}`,
  })
}

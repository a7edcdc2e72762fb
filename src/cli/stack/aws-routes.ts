import { readApiKey } from '../../deploy/api-key.ts'
import { QwError } from '../../engine/errors.ts'
import type { ApiClient } from './api-client.ts'
import type { CliContext } from '../command/context.ts'
import { keyedClient } from './http-client.ts'
import type { RouteAddress, SearchRoute } from './route.ts'
import { directClient } from './aws-direct-client.ts'
import { lambdaClient } from './aws-lambda-client.ts'
import { currentDeployment, type Deployment } from './aws-deployment.ts'
import { gatewayAt } from './aws-session.ts'

/** Each search is an invocation, which is paid for. */
const FUNCTION_POLL_MS = 10_000
const DIRECT_POLL_MS = 5_000

/** A search by Lambda Invoke. */
export async function openLambdaRoute(context: CliContext): Promise<SearchRoute> {
  const deployment = await currentDeployment(context)
  return routeOf(context, deployment, {
    client: lambdaClient(deployment),
    pollEveryMs: FUNCTION_POLL_MS,
  })
}

/** A search with the engine in this process over the index bucket. */
export async function openDirectRoute(context: CliContext): Promise<SearchRoute> {
  const deployment = await currentDeployment(context)
  return routeOf(context, deployment, {
    client: directClient(context, deployment),
    pollEveryMs: DIRECT_POLL_MS,
  })
}

/** A search through the deployment's own HTTP API, with its key from Secrets Manager. */
export async function openCloudApiRoute(context: CliContext): Promise<SearchRoute> {
  const deployment = await currentDeployment(context)
  const { session, state } = deployment
  const url = state.outputs['ApiUrl']
  if (url === undefined) throw noApi(deployment)
  const endpoint = url.replace(/\/api\/v1$/, '')
  const key = await readApiKey(state, session.ports.secrets)
  const reachedAt = (address: string): string => gatewayAt(address, session.endpoint)
  return routeOf(context, deployment, {
    client: keyedClient(context, { endpoint, key, reachedAt }),
    pollEveryMs: FUNCTION_POLL_MS,
  })
}

function routeOf(
  context: CliContext,
  deployment: Deployment,
  way: { readonly client: ApiClient; readonly pollEveryMs: number },
): SearchRoute {
  return {
    ...way,
    address: () => Promise.resolve(addressOf(deployment)),
    index: (named) => Promise.resolve(cloudIndex(context, deployment, named)),
  }
}

function addressOf({ state }: Deployment): RouteAddress {
  const url = state.outputs['ApiUrl']
  return {
    endpoint: url?.replace(/\/api\/v1$/, '') ?? '',
    needsKey: true,
    cloudStack: state.name,
    note:
      url === undefined
        ? 'this deployment has no HTTP API: use --print invoke, or deploy --api'
        : 'the key: export QWL_API_KEY=$(qw-lambda api-key show)',
  }
}

/** The index that a command means: the one named, a setting, or the deployment's own. */
export function cloudIndex(
  context: CliContext,
  { state }: Deployment,
  named: string | undefined,
): string {
  const chosen = named ?? context.settings.get('index') ?? state.outputs['IndexId']
  if (chosen !== undefined) return chosen
  throw new QwError('notFound', 'which index?', {
    code: 'INDEX-NONE',
    fix: 'name one with --index',
  })
}

function noApi({ name }: Deployment): QwError {
  return new QwError('invalid', `${name} has no HTTP API`, {
    code: 'KEY-NONE',
    fix: 'qw-lambda search --via lambda, or qw-lambda deploy --api',
  })
}

import { Metastore } from '../../engine/metastore/metastore.ts'
import type { IndexConfig } from '../../engine/schema/index-config.ts'
import { shippedConfig } from '../../engine/schema/shipped-configs.ts'
import { SearchCaches } from '../../engine/search/caches.ts'
import { systemRandom } from '../../stores/system-clock.ts'
import type { CliContext } from '../command/context.ts'
import type { DataStack } from './data-stack.ts'
import { indexRootOf, indexStore } from './aws-direct-client.ts'
import { findDeployment } from '../../deploy/status.ts'
import { currentDeployment, type Deployment } from './aws-deployment.ts'
import { openAwsSession, type SessionPlace } from './aws-session.ts'
import { configOfSaid, readSaidOfIndex } from './said-of-index.ts'

export async function openCloudStack(context: CliContext): Promise<DataStack> {
  return cloudStackOf(context, await currentDeployment(context))
}

/** Another deployment than the one that the settings mean. Throws STACK-NONE. */
export async function openNamedCloudStack(
  context: CliContext,
  name: string,
  place: SessionPlace,
): Promise<DataStack> {
  const session = await openAwsSession(context, place)
  return cloudStackOf(context, {
    session,
    name,
    state: await findDeployment(name, session.ports.stacks),
  })
}

/** The indexes of a deployment, straight over its bucket with the caller's credentials. */
export function cloudStackOf(context: CliContext, deployment: Deployment): DataStack {
  const { clock } = context
  const store = indexStore(deployment)
  const metastore = new Metastore(store, { clock, random: systemRandom })
  return {
    name: deployment.name,
    indexing: { metastore, clock, random: systemRandom },
    search: { store, metastore, caches: new SearchCaches(), clock },
    indexRoot: indexRootOf(deployment),
    readFile: () => Promise.resolve({ defaultIndex: deployment.state.outputs['IndexId'] }),
    updateFile: () => Promise.resolve(),
    saidConfig: async (indexId) => await saidConfig(deployment, indexId),
  }
}

async function saidConfig(
  deployment: Deployment,
  indexId: string,
): Promise<IndexConfig | undefined> {
  const identity = await deployment.session.ports.account.identity()
  const said = await readSaidOfIndex(deployment, identity, indexId)
  if (said === undefined) return shippedConfig(indexId)
  return configOfSaid(indexId, said, indexRootOf(deployment))
}

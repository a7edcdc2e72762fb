import type {
  Change,
  CloudFormationClient,
  Parameter,
  Stack,
  StackEvent as SdkStackEvent,
  Tag,
} from '@aws-sdk/client-cloudformation'
import type * as sdkModule from '@aws-sdk/client-cloudformation'
import { DEPLOYMENT_TAG } from '../deploy/naming.ts'
import type {
  ChangeSetRequest,
  ChangeSetState,
  ResourceChange,
  StackEvent,
  StackPort,
  StackState,
} from '../deploy/ports.ts'
import { messageOf, QwError } from '../engine/errors.ts'
import { call, errorName } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

interface Open {
  readonly sdk: typeof sdkModule
  readonly client: CloudFormationClient
}

export function makeStacks(settings: AwsSettings): StackPort {
  const open = lazy(async (): Promise<Open> => {
    const sdk = await import('@aws-sdk/client-cloudformation')
    return { sdk, client: new sdk.CloudFormationClient(clientConfig(settings)) }
  })
  return {
    describe: async (stack) => describe(await open(), stack),
    list: async () => list(await open()),
    createChangeSet: async (request) => createChangeSet(await open(), request),
    describeChangeSet: async (id) => describeChangeSet(await open(), id),
    async executeChangeSet(id, token) {
      const { sdk, client } = await open()
      await changing('start the change', () =>
        client.send(
          new sdk.ExecuteChangeSetCommand({ ChangeSetName: id, ClientRequestToken: token }),
        ),
      )
    },
    async deleteChangeSet(id) {
      const { sdk, client } = await open()
      await call('delete the change set', () =>
        client.send(new sdk.DeleteChangeSetCommand({ ChangeSetName: id })),
      )
    },
    events: async (stackId, sinceMs) => events(await open(), stackId, sinceMs),
    async resources(stackId) {
      const { sdk, client } = await open()
      const answer = await call('list the resources of the stack', () =>
        client.send(new sdk.DescribeStackResourcesCommand({ StackName: stackId })),
      )
      return (answer.StackResources ?? []).map((resource) => ({
        logicalId: resource.LogicalResourceId ?? '',
        physicalId: resource.PhysicalResourceId ?? '',
        type: resource.ResourceType ?? '',
        status: resource.ResourceStatus ?? '',
        reason: resource.ResourceStatusReason,
      }))
    },
    async delete(stackId, { token, retain }) {
      const { sdk, client } = await open()
      const retained = retain.length > 0 ? { RetainResources: [...retain] } : {}
      await changing('delete the stack', () =>
        client.send(
          new sdk.DeleteStackCommand({
            StackName: stackId,
            ClientRequestToken: token,
            ...retained,
          }),
        ),
      )
    },
    past: async (name) => past(await open(), name),
    ...rollbacks(open),
  }
}

function rollbacks(
  open: () => Promise<Open>,
): Pick<StackPort, 'cancelUpdate' | 'continueRollback'> {
  return {
    async cancelUpdate(stackName, token) {
      const { sdk, client } = await open()
      const input = { StackName: stackName, ClientRequestToken: token }
      await changing('cancel the update', () =>
        client.send(new sdk.CancelUpdateStackCommand(input)),
      )
    },
    async continueRollback(stackName, token) {
      const { sdk, client } = await open()
      const input = { StackName: stackName, ClientRequestToken: token }
      await changing('continue the rollback', () =>
        client.send(new sdk.ContinueUpdateRollbackCommand(input)),
      )
    },
  }
}

async function describe({ sdk, client }: Open, stack: string): Promise<StackState | undefined> {
  return call(`read the stack ${stack}`, async () => {
    try {
      const answer = await client.send(new sdk.DescribeStacksCommand({ StackName: stack }))
      const [found] = answer.Stacks ?? []
      return found && stateOf(found)
    } catch (error) {
      // There is no typed error for this; every tool reads the sentence.
      if (errorName(error) === 'ValidationError' && /does not exist/.test(messageOf(error))) {
        return undefined
      }
      throw error
    }
  })
}

async function list({ sdk, client }: Open): Promise<StackState[]> {
  return call('list the stacks', async () => {
    const found: StackState[] = []
    for await (const page of sdk.paginateDescribeStacks({ client }, {})) {
      for (const stack of page.Stacks ?? []) {
        const state = stateOf(stack)
        const ours =
          Object.hasOwn(state.tags, DEPLOYMENT_TAG) ||
          Object.hasOwn(state.parameters, 'DeploymentName')
        if (ours && state.status !== 'REVIEW_IN_PROGRESS') found.push(state)
      }
    }
    return found
  })
}

async function past({ sdk, client }: Open, name: string): Promise<string[]> {
  return call(`list the deleted stacks named ${name}`, async () => {
    const found: { id: string; deletedMs: number }[] = []
    const input = { StackStatusFilter: ['DELETE_COMPLETE' as const] }
    for await (const page of sdk.paginateListStacks({ client }, input)) {
      for (const { StackName, StackId, DeletionTime } of page.StackSummaries ?? []) {
        if (StackName !== name || StackId === undefined) continue
        found.push({ id: StackId, deletedMs: DeletionTime?.getTime() ?? 0 })
      }
    }
    return found.toSorted((a, b) => b.deletedMs - a.deletedMs).map(({ id }) => id)
  })
}

async function createChangeSet(
  { sdk, client }: Open,
  request: ChangeSetRequest,
): Promise<{ changeSetId: string; stackId: string }> {
  const template =
    request.templateUrl === undefined
      ? { UsePreviousTemplate: true }
      : { TemplateURL: request.templateUrl }
  // Without a husk there is nothing to clean up before the next try. Updates know no such choice.
  const onFailure = request.mode === 'create' ? { OnStackFailure: 'DELETE' as const } : {}
  const answer = await changing(`prepare the change of ${request.stackName}`, () =>
    client.send(
      new sdk.CreateChangeSetCommand({
        StackName: request.stackName,
        ChangeSetName: request.name,
        ChangeSetType: request.mode === 'create' ? 'CREATE' : 'UPDATE',
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: parametersOf(request),
        Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
        ...template,
        ...onFailure,
      }),
    ),
  )
  return { changeSetId: answer.Id ?? request.name, stackId: answer.StackId ?? request.stackName }
}

function parametersOf(request: ChangeSetRequest): Parameter[] {
  const set = Object.entries(request.parameters).map(([key, value]) => ({
    ParameterKey: key,
    ParameterValue: value,
  }))
  const kept = request.keptParameters.map((key) => ({ ParameterKey: key, UsePreviousValue: true }))
  return [...set, ...kept]
}

async function describeChangeSet({ sdk, client }: Open, id: string): Promise<ChangeSetState> {
  return call('read the change set', async () => {
    const changes: Change[] = []
    let status = ''
    let reason: string | undefined
    let next: string | undefined
    do {
      const answer = await client.send(
        new sdk.DescribeChangeSetCommand({
          ChangeSetName: id,
          ...(next !== undefined && { NextToken: next }),
        }),
      )
      status = answer.Status ?? ''
      reason = answer.StatusReason
      changes.push(...(answer.Changes ?? []))
      next = answer.NextToken
    } while (next !== undefined)
    return { status: changeSetStatus(status, reason), reason, changes: changes.flatMap(changeOf) }
  })
}

function changeSetStatus(status: string, reason: string | undefined): ChangeSetState['status'] {
  if (status === 'CREATE_COMPLETE') return 'ready'
  if (status !== 'FAILED') return 'creating'
  // An empty change set is a failed one to AWS; the reason alone tells.
  const empty = /didn't contain changes|No updates are to be performed/i.test(reason ?? '')
  return empty ? 'empty' : 'failed'
}

const ACTIONS: Readonly<Record<string, ResourceChange['action']>> = {
  Add: 'add',
  Modify: 'modify',
  Remove: 'remove',
}
const REPLACEMENTS: Readonly<Record<string, ResourceChange['replacement']>> = {
  True: 'yes',
  Conditional: 'maybe',
  False: 'no',
}

function changeOf({ ResourceChange: change }: Change): ResourceChange[] {
  const action = ACTIONS[change?.Action ?? '']
  if (change === undefined || action === undefined) return []
  return [
    {
      action,
      logicalId: change.LogicalResourceId ?? '',
      physicalId: change.PhysicalResourceId,
      type: change.ResourceType ?? '',
      replacement: REPLACEMENTS[change.Replacement ?? 'False'] ?? 'no',
    },
  ]
}

async function events(
  { sdk, client }: Open,
  stackId: string,
  sinceMs: number,
): Promise<StackEvent[]> {
  return call('read the events of the stack', async () => {
    const found: StackEvent[] = []
    // AWS lists the newest first: the first old one ends the reading.
    for await (const page of sdk.paginateDescribeStackEvents({ client }, { StackName: stackId })) {
      for (const event of page.StackEvents ?? []) {
        const atMs = event.Timestamp?.getTime() ?? 0
        if (atMs < sinceMs) return found.reverse()
        found.push(eventOf(event, atMs))
      }
    }
    return found.reverse()
  })
}

function eventOf(event: SdkStackEvent, atMs: number): StackEvent {
  return {
    eventId: event.EventId ?? '',
    atMs,
    logicalId: event.LogicalResourceId ?? '',
    physicalId: event.PhysicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    token: event.ClientRequestToken,
  }
}

function stateOf(stack: Stack): StackState {
  const createdMs = stack.CreationTime?.getTime() ?? 0
  return {
    stackId: stack.StackId ?? '',
    name: stack.StackName ?? '',
    status: stack.StackStatus ?? '',
    statusReason: stack.StackStatusReason,
    createdMs,
    changedMs: (stack.DeletionTime ?? stack.LastUpdatedTime)?.getTime() ?? createdMs,
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map((each) => [each.ParameterKey ?? '', each.ParameterValue ?? '']),
    ),
    outputs: Object.fromEntries(
      (stack.Outputs ?? []).map((each) => [each.OutputKey ?? '', each.OutputValue ?? '']),
    ),
    tags: tagsOf(stack.Tags),
  }
}

function tagsOf(tags: readonly Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']))
}

/** A stack takes one change at a time; AWS says so in several ways. */
async function changing<T>(what: string, run: () => Promise<T>): Promise<T> {
  return call(what, async () => {
    try {
      return await run()
    } catch (error) {
      const busy =
        [
          'InvalidChangeSetStatus',
          'InvalidChangeSetStatusException',
          'OperationInProgressException',
        ].includes(errorName(error)) || /_IN_PROGRESS state and can ?not be/.test(messageOf(error))
      if (!busy) throw error
      throw new QwError('conflict', `could not ${what}: another change is running`, {
        code: 'STACK-BUSY',
        fix: 'qw-lambda status --watch',
        cause: error,
      })
    }
  })
}

import { changeStack } from './change-set.ts'
import type { DeployEvent } from './events.ts'
import { stackNameOf } from './naming.ts'
import type { ApiProbePort, DeployClock, SecretPort, StackPort, StackState } from './ports.ts'
import { busyError, refuseForeign, situationOf } from './stack-situation.ts'
import { awaitKey } from './verify.ts'
import { QwError } from '../engine/errors.ts'

/** The two slots of the secret; see ApiKeySecret in the template. */
type Slot = 'a' | 'b'

interface Keyring {
  readonly current: Slot
  readonly keys: Readonly<Partial<Record<Slot, string>>>
}

interface KeyPorts {
  readonly clock: DeployClock
  readonly stacks: StackPort
  readonly secrets: SecretPort
  readonly api: ApiProbePort
}

/** The key to use now. Throws `invalid` KEY-NONE when the deployment has no API. */
export async function readApiKey(state: StackState, secrets: SecretPort): Promise<string> {
  const keyring = await readKeyring(state, secrets)
  const live = state.outputs['LiveApiKeys'] ?? 'a'
  // Between writing a new key and the API accepting it, the secret is ahead of the stack.
  const slot = live.includes(keyring.current) ? keyring.current : live === 'b' ? 'b' : 'a'
  const key = keyring.keys[slot]
  if (key === undefined)
    throw new QwError('corrupt', `the secret of ${state.name} has no key ${slot}`)
  return key
}

interface Rotation {
  readonly deployment: string
  /** 20 to 128 letters and digits, from a good random source. */
  readonly newKey: string
  /** How long both keys work. */
  readonly graceMs: number
}

/**
 * Puts the new key into the idle slot, has the API accept both, waits until the new one works, and
 * after the grace period takes the old one away. An interrupted rotation is finished by running it
 * again: then the key made by the first run is kept.
 */
export async function* rotateApiKey(
  rotation: Rotation,
  ports: KeyPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, void> {
  let state = await liveStack(rotation.deployment, ports.stacks)
  const arn = secretArnOf(state)
  let keyring = await readKeyring(state, ports.secrets)
  const live = state.outputs['LiveApiKeys'] ?? 'a'
  if (live === keyring.current) {
    const idle: Slot = live === 'a' ? 'b' : 'a'
    keyring = { current: idle, keys: { ...keyring.keys, [idle]: rotation.newKey } }
    await ports.secrets.write(arn, formatKeyring(keyring))
  }
  yield { kind: 'phase', phase: 'rotate', state: 'started' }
  if (live !== 'ab') state = (yield* setLiveKeys(state, 'ab', ports, signal)) ?? state
  yield* awaitKey(
    { url: state.outputs['ApiUrl'] ?? '', key: keyring.keys[keyring.current] ?? '', age: 'new' },
    ports,
    signal,
  )
  yield* waitGrace(rotation.graceMs, ports.clock, signal)
  yield* setLiveKeys(state, keyring.current, ports, signal)
  const kept = { [keyring.current]: keyring.keys[keyring.current] }
  await ports.secrets.write(arn, formatKeyring({ current: keyring.current, keys: kept }))
  yield { kind: 'phase', phase: 'rotate', state: 'done' }
}

async function* waitGrace(
  graceMs: number,
  clock: DeployClock,
  signal: AbortSignal | undefined,
): AsyncGenerator<DeployEvent, void> {
  const step = 10_000
  for (let elapsedMs = 0; elapsedMs < graceMs; elapsedMs += step) {
    yield { kind: 'waiting', what: 'clients to take the new key', elapsedMs }
    await clock.sleep(Math.min(step, graceMs - elapsedMs), signal)
  }
}

function setLiveKeys(
  state: StackState,
  live: Slot | 'ab',
  ports: KeyPorts,
  signal: AbortSignal | undefined,
): AsyncGenerator<DeployEvent, StackState | undefined> {
  const { LiveApiKeys: _replaced, ...rest } = state.parameters
  return changeStack(
    {
      stackName: state.name,
      mode: 'update',
      templateUrl: undefined,
      parameters: { LiveApiKeys: live },
      keptParameters: Object.keys(rest),
      tags: state.tags,
      tokenPrefix: `qw-lambda-keys-${live}`,
      replaceBuckets: 'refused',
    },
    ports,
    signal,
  )
}

async function liveStack(deployment: string, stacks: StackPort): Promise<StackState> {
  const state = await stacks.describe(stackNameOf(deployment))
  if (state === undefined) {
    throw new QwError('notFound', `there is no deployment named ${deployment} here`, {
      code: 'STACK-NONE',
      fix: 'qw-lambda list',
    })
  }
  refuseForeign(state, deployment)
  if (situationOf(state) === 'busy') throw busyError(state)
  return state
}

function secretArnOf(state: StackState): string {
  const arn = state.outputs['ApiKeySecretArn']
  if (arn !== undefined) return arn
  throw new QwError('invalid', `${state.name} has no HTTP API, so it has no key`, {
    code: 'KEY-NONE',
    fix: 'qw-lambda deploy --api, or search --via lambda',
  })
}

async function readKeyring(state: StackState, secrets: SecretPort): Promise<Keyring> {
  return parseKeyring(await secrets.read(secretArnOf(state)), state.name)
}

function parseKeyring(text: string, stackName: string): Keyring {
  const damaged = () =>
    new QwError('corrupt', `the secret of ${stackName} is not a qw-lambda key`, {
      fix: 'deploy with --no-api, then with --api again, to have a new one made',
    })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged()
  }
  if (typeof value !== 'object' || value === null) throw damaged()
  const entries = new Map<string, unknown>(Object.entries(value))
  const [current, a, b] = [entries.get('current'), entries.get('a'), entries.get('b')]
  if (current !== 'a' && current !== 'b') throw damaged()
  return {
    current,
    keys: { ...(typeof a === 'string' && { a }), ...(typeof b === 'string' && { b }) },
  }
}

function formatKeyring(keyring: Keyring): string {
  return JSON.stringify({ current: keyring.current, ...keyring.keys })
}

import { createHash } from 'node:crypto'
import type { DeployEvent } from './events.ts'
import { DEPLOYMENT_TAG, COMPONENT_TAG } from './naming.ts'
import type { BucketPort, DeployClock } from './ports.ts'
import { isQwError, QwError } from '../engine/errors.ts'

/** Something the stack reads from the artifact bucket. Its key holds its hash: equal content is never
 *  sent twice, and new content is a new key, which is what CloudFormation notices. */
export interface Artifact {
  readonly key: string
  readonly bytes: Uint8Array
}

export function makeArtifact(name: string, extension: string, bytes: Uint8Array): Artifact {
  return { key: `${name}-${contentHash(bytes)}.${extension}`, bytes }
}

/** 128 bits of SHA-256 in hex. */
export function contentHash(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}

/** AWS may hold a deleted bucket's name for a while; longer than this, the user should know. */
const NAME_WAIT_MS = 180_000
const NAME_POLL_MS = 10_000

interface UploadRequest {
  readonly bucket: string
  readonly deployment: string
  readonly artifacts: readonly Artifact[]
}

interface UploadPorts {
  readonly buckets: BucketPort
  readonly clock: DeployClock
}

/** Creates the bucket if it is missing and puts what is not there yet: two calls when all is there. */
export async function* uploadArtifacts(
  request: UploadRequest,
  ports: UploadPorts,
  signal?: AbortSignal,
): AsyncGenerator<DeployEvent, void> {
  const { buckets } = ports
  const tags = await buckets.tags(request.bucket)
  const present = new Set<string>()
  if (tags !== undefined) {
    for (const stored of await buckets.list(request.bucket, '')) present.add(stored.key)
  }
  if (tags === undefined || isUnfinished(tags, present)) {
    yield* createBucket(request, ports, signal)
  } else if (tags[DEPLOYMENT_TAG] !== request.deployment) {
    throw new QwError('conflict', `the bucket ${request.bucket} exists and is not tagged as ours`, {
      code: 'BUCKET-NOT-OURS',
      fix: 'choose another --name, or delete that bucket',
    })
  }
  for (const { key, bytes } of request.artifacts) {
    const sizeBytes = bytes.length
    if (present.has(key)) {
      yield { kind: 'upload', key, sizeBytes, state: 'already there' }
      continue
    }
    signal?.throwIfAborted()
    yield { kind: 'upload', key, sizeBytes, state: 'started' }
    await ports.buckets.put(request.bucket, key, bytes)
    yield { kind: 'upload', key, sizeBytes, state: 'done' }
  }
}

/** Ours from a run that was interrupted before it set the tags: the name holds a hash of account, Region
 *  and deployment, and nobody else has put anything in it. */
export function isUnfinished(
  tags: Readonly<Record<string, string>>,
  keys: Iterable<string>,
): boolean {
  const isOurs = (key: string) => /^(functions|templates|configs)\//.test(key)
  return Object.keys(tags).length === 0 && [...keys].every(isOurs)
}

async function* createBucket(
  request: UploadRequest,
  ports: UploadPorts,
  signal: AbortSignal | undefined,
): AsyncGenerator<DeployEvent, void> {
  const startMs = ports.clock.nowMs()
  for (;;) {
    try {
      await ports.buckets.create(request.bucket, {
        [DEPLOYMENT_TAG]: request.deployment,
        [COMPONENT_TAG]: 'artifacts',
      })
      return
    } catch (error) {
      const elapsedMs = ports.clock.nowMs() - startMs
      const nameBusy = isQwError(error) && error.code === 'BUCKET-NAME-BUSY'
      if (!nameBusy || elapsedMs >= NAME_WAIT_MS) throw error
      yield { kind: 'waiting', what: `AWS to release the bucket name ${request.bucket}`, elapsedMs }
      await ports.clock.sleep(NAME_POLL_MS, signal)
    }
  }
}

import { QwError } from '../engine/errors.ts'
import type { ObjectStore } from '../engine/ports.ts'
import { STACK_FILE } from './layout.ts'

/** `stack.json` at the top of a local stack's folder: what CloudFormation knows of a stack in AWS. */
export interface StackFile {
  readonly name: string
  readonly createdMs: number
  /** The index that commands use when none is named. */
  readonly defaultIndex: string | undefined
  readonly generator: GeneratorState
}

export interface GeneratorState {
  readonly indexId: string
  readonly everyMs: number
  readonly docsPerBatch: number
  readonly seed: number | undefined
  readonly paused: boolean
  readonly lastRunMs: number | undefined
  /** Batches made since the stack was made. */
  readonly batchCount: number
}

const SCHEMA = 'qw-lambda/local-stack/1'
export const DEFAULT_GENERATOR: GeneratorState = {
  indexId: 'mock-sales',
  everyMs: 5 * 60_000,
  docsPerBatch: 100_000,
  seed: undefined,
  paused: false,
  lastRunMs: undefined,
  batchCount: 0,
}

/** Throws `conflict` when the stack exists. */
export async function createStackFile(store: ObjectStore, file: StackFile): Promise<void> {
  await store.put(STACK_FILE, encode(file), { condition: { kind: 'ifAbsent' } })
}

/** Throws `notFound` when there is no stack, `invalid` when its file is not ours. */
export async function readStackFile(store: ObjectStore): Promise<StackFile> {
  return (await load(store)).file
}

/** Loads, changes and stores again, until no other process came between. */
export async function updateStackFile(
  store: ObjectStore,
  change: (file: StackFile) => StackFile,
): Promise<StackFile> {
  for (;;) {
    const { file, etag } = await load(store)
    const changed = change(file)
    try {
      await store.put(STACK_FILE, encode(changed), { condition: { kind: 'ifMatch', etag } })
      return changed
    } catch (error) {
      if (!(error instanceof QwError) || error.kind !== 'conflict') throw error
    }
  }
}

async function load(store: ObjectStore): Promise<{ file: StackFile; etag: string }> {
  const stored = await store.get(STACK_FILE)
  // Only a revalidating get answers nothing.
  if (stored === undefined) throw new QwError('internal', `${STACK_FILE} was not read`)
  return { file: decode(stored.bytes), etag: stored.etag }
}

function encode(file: StackFile): Uint8Array {
  return Buffer.from(`${JSON.stringify({ schema: SCHEMA, ...file }, undefined, 2)}\n`)
}

function decode(bytes: Uint8Array): StackFile {
  let document: unknown
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw notOurs(cause)
  }
  if (typeof document !== 'object' || document === null) throw notOurs()
  const fields = document as Readonly<Record<string, unknown>>
  if (fields['schema'] !== SCHEMA || typeof fields['name'] !== 'string') throw notOurs()
  const { defaultIndex } = fields
  return {
    name: fields['name'],
    createdMs: Number(fields['createdMs']),
    defaultIndex: typeof defaultIndex === 'string' ? defaultIndex : undefined,
    // Written by `encode` of this schema version, whose fields it names one by one.
    generator: { ...DEFAULT_GENERATOR, ...(fields['generator'] as Partial<GeneratorState>) },
  }
}

function notOurs(cause?: unknown): QwError {
  return new QwError('invalid', `${STACK_FILE} is not one that this version of qw-lambda wrote`, {
    fix: 'use another --data-dir, or a newer qw-lambda',
    cause,
  })
}

import { readdir, rm, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isQwError, messageOf, QwError } from '../engine/errors.ts'
import type { IndexingComponents } from '../engine/indexing/components.ts'
import { Metastore } from '../engine/metastore/metastore.ts'
import type { Clock, ObjectStore, Random } from '../engine/ports.ts'
import type { IndexConfig } from '../engine/schema/index-config.ts'
import { cacheLimits, SearchCaches } from '../engine/search/caches.ts'
import type { SearchContext } from '../engine/search/root.ts'
import type { GeneratorHandler } from '../functions/generator-handler.ts'
import type { IndexerHandler } from '../functions/indexer-handler.ts'
import type { InvocationLog } from '../functions/invocation-log.ts'
import { folderStore } from '../stores/folder-store.ts'
import { prefixStore } from '../stores/prefix-store.ts'
import { retryingStore } from '../stores/retrying-store.ts'
import { RunLog, type LogSource } from './run-log.ts'
import { INDEX_FOLDER, LOCAL_STACK_NAME, STACK_FILE, STAGING_BUCKET } from './layout.ts'
import {
  createStackFile,
  DEFAULT_GENERATOR,
  readStackFile,
  updateStackFile,
  type StackFile,
} from './stack-file.ts'
import { StagingBucket } from './staging.ts'

/**
 * What passes on a local disk passes at once: too many open files, a busy or remote file. A full disk
 * does not; it is reported within a second. Waiting for another process's lock, which takes 20 s before
 * it fails, is not begun anew. The one layer that repeats requests, as in the functions; there is none
 * that caches bytes, since the system's page cache and the search caches do.
 */
const RETRIES = { attemptsMax: 4, pauseMsFirst: 20, pauseMsMax: 500, timeoutMs: 2_000 }

export interface LocalHost {
  readonly dataDir: string
  readonly clock: Clock
  readonly random: Random
  readonly log: InvocationLog
  /** Of what one process keeps between searches; default all of it. */
  readonly cacheShare?: number | undefined
}

/** The embedded stack: the same handlers and the same engine as in AWS, over folders. */
export interface LocalStack {
  readonly name: string
  readonly folder: string
  readonly indexing: IndexingComponents
  readonly search: SearchContext
  /** As a URL of the folder. */
  readonly indexRoot: string
  readonly staging: StagingBucket
  readonly indexer: IndexerHandler
  /** Where documents sent by HTTP wait for their commit. */
  readonly ingestStore: ObjectStore
  readonly runLog: RunLog
  /** A generator with the stack's settings as they are now. */
  generator(): Promise<GeneratorHandler>
  readFile(): Promise<StackFile>
  updateFile(change: (file: StackFile) => StackFile): Promise<StackFile>
}

/** Throws `conflict` when a stack of this name exists, `invalid` for a name that will not do. */
export async function createLocalStack(
  host: LocalHost,
  name: string,
  defaultIndex: string | undefined,
): Promise<LocalStack> {
  if (!LOCAL_STACK_NAME.test(name)) {
    throw new QwError('invalid', `stack name \`${name}\` will not do`, {
      fix: 'use 3 to 31 lower-case letters, digits and dashes, starting with a letter',
    })
  }
  const store = stackStore(host, name)
  try {
    await createStackFile(store, {
      name,
      createdMs: host.clock.nowMs(),
      defaultIndex,
      generator: DEFAULT_GENERATOR,
    })
  } catch (error) {
    if (!isQwError(error, 'conflict')) throw error
    throw new QwError('conflict', `there is a local stack \`${name}\` in ${host.dataDir} already`, {
      code: 'STACK-EXISTS',
      fix: `use it, choose another --name, or remove it: qw-lambda teardown --stack ${name}`,
    })
  }
  return buildStack(host, name, store)
}

/** Throws `notFound` (STACK-NONE) when there is none of this name. */
export async function openLocalStack(host: LocalHost, name: string): Promise<LocalStack> {
  if (LOCAL_STACK_NAME.test(name)) {
    const store = stackStore(host, name)
    try {
      await readStackFile(store)
      return buildStack(host, name, store)
    } catch (error) {
      if (!isQwError(error, 'notFound')) throw error
    }
  }
  const names = await listLocalStacks(host.dataDir)
  throw new QwError('notFound', `there is no local stack \`${name}\` in ${host.dataDir}`, {
    code: 'STACK-NONE',
    fix:
      names.length === 0
        ? 'qw-lambda init --target local'
        : `there is ${names.join(', ')}: name one with --stack`,
  })
}

/** Names of the stacks in a data folder, sorted; empty when the folder is not there. Throws `invalid`
 *  when it cannot be read. */
export async function listLocalStacks(dataDir: string): Promise<string[]> {
  let entries
  try {
    entries = await readdir(dataDir, { withFileTypes: true })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT') return []
    const reason = code === 'ENOTDIR' ? 'it is no folder' : messageOf(cause)
    throw new QwError('invalid', `cannot read the data folder ${dataDir}: ${reason}`, {
      fix: 'make it a folder that this user may read, or choose another with --data-dir',
      cause,
    })
  }
  const names = []
  for (const entry of entries) {
    if (entry.isDirectory() && (await exists(join(dataDir, entry.name, STACK_FILE)))) {
      names.push(entry.name)
    }
  }
  return names.toSorted()
}

/**
 * Removes the stack's folder with everything in it; the caller has asked. `stack.json` goes last: a
 * removal that was interrupted leaves a stack that can be found, and removed again.
 */
export async function removeLocalStack(stack: LocalStack): Promise<void> {
  await stack.readFile()
  for (const name of await readdir(stack.folder)) {
    if (name !== STACK_FILE) await rm(join(stack.folder, name), { recursive: true, force: true })
  }
  await rm(stack.folder, { recursive: true, force: true })
}

function stackStore({ dataDir, clock, random }: LocalHost, name: string): ObjectStore {
  const store = folderStore({ root: join(dataDir, name), clock })
  return retryingStore(store, { clock, random, ...RETRIES })
}

function buildStack(host: LocalHost, name: string, store: ObjectStore): LocalStack {
  const { clock, random } = host
  const folder = join(host.dataDir, name)
  const runLog = new RunLog(folder, clock)
  let requestId: string | undefined
  const logOf = (source: LogSource): InvocationLog => {
    const keep = runLog.of(source, () => requestId)
    return (fields) => {
      host.log(fields)
      keep(fields)
    }
  }
  const indexStore = prefixStore(store, `${INDEX_FOLDER}/`)
  const stagingStore = prefixStore(store, `${STAGING_BUCKET}/`)
  const metastore = new Metastore(indexStore, { clock, random })
  const indexing = { metastore, clock, random }
  // Loaded when there is something to index: most commands only read.
  let handleEvent: IndexerHandler | undefined
  const loadIndexer = async (): Promise<IndexerHandler> => {
    const { makeIndexerHandler } = await import('../functions/indexer-handler.ts')
    const { openSplitThread } = await import('../threads/split-thread.ts')
    return makeIndexerHandler(
      {
        ...indexing,
        splitWork: openSplitThread(availableParallelism()),
        openBucket: () => stagingStore,
        configFor: configOfShippedIndex,
        log: logOf('indexer'),
      },
      { mergesEnabled: true, janitorEnabled: true },
    )
  }
  // One notification is delivered at a time, so that the lines of an invocation can carry its id.
  const indexer: IndexerHandler = async (event, invocation) => {
    handleEvent ??= await loadIndexer()
    requestId = invocation.requestId
    return await handleEvent(event, invocation)
  }
  const staging = new StagingBucket({
    store: stagingStore,
    bucket: STAGING_BUCKET,
    indexer,
    clock,
    log: logOf('indexer'),
  })
  return {
    name,
    folder,
    indexing,
    search: {
      store: indexStore,
      metastore,
      caches: new SearchCaches(cacheLimits(host.cacheShare)),
      clock,
    },
    indexRoot: pathToFileURL(join(folder, INDEX_FOLDER)).href,
    staging,
    indexer,
    ingestStore: prefixStore(store, 'ingest-queue/'),
    runLog,
    readFile: () => readStackFile(store),
    updateFile: (change) => updateStackFile(store, change),
    async generator() {
      const { generator } = await readStackFile(store)
      const { makeGeneratorHandler } = await import('../functions/generator-handler.ts')
      return makeGeneratorHandler(
        { staging: staging.store, clock, random, log: logOf('generator') },
        generator,
      )
    },
  }
}

/** A staged file may be the first of a shipped index: the index is made then, as the Lambda did it. */
async function configOfShippedIndex(indexId: string): Promise<IndexConfig | undefined> {
  const { shippedConfig } = await import('../engine/schema/shipped-configs.ts')
  return shippedConfig(indexId)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}

import { tmpdir } from 'node:os'
import { messageOf, QwError } from '../../engine/errors.ts'
import { createApi, type Api } from '../../api/app.ts'
import type { IndexOperations } from '../../api/operations.ts'
import type { ApiSettings } from '../../api/services.ts'
import {
  startGateway,
  type Gateway,
  type GatewayHost,
  type RequestLine,
} from '../../local/gateway.ts'
import { indexOperations } from '../../local/index-operations.ts'
import { IngestQueue } from '../../local/ingest-queue.ts'
import type { LocalStack } from '../../local/local-stack.ts'
import { SearchThreads } from '../../local/search-threads.ts'
import { type ServeWork, serveWork } from '../../local/serve-work.ts'
import { takeServeLock } from '../../local/serve-lock.ts'
import { type Watched, watchedFolders } from './watched-folders.ts'
import { isCloudTarget } from '../stack/target.ts'
import { defineCommand } from '../command/command.ts'
import type { CliContext } from '../command/context.ts'
import { formatDuration } from '../../engine/dates/duration.ts'
import { localCost } from './served-cost.ts'
import { announceServer, shippedPage } from './served-page.ts'
import { currentLocalStack } from '../stack/local-stacks.ts'
import { readGivenText } from '../command/given-file.ts'
import {
  choice,
  duration,
  flag,
  integer,
  list,
  text,
  type OptionValues,
} from '../command/option.ts'

const DEFAULT_PORT = 7280
/** How long running requests may take to end after the first Ctrl-C. */
const DRAIN_MS = 3_000

const OPTIONS = {
  port: integer('--port <port>', `port (${DEFAULT_PORT}, or the next free one)`, 0, 65_535),
  host: text('--host <address>', 'address (127.0.0.1)'),
  apiKeyFile: text('--api-key-file <file>', 'ask for this key (x-api-key, Authorization)'),
  proxy: flag('--proxy', 'pass requests to the deployment in AWS, without a key'),
  readOnly: flag('--read-only', 'write nothing: no documents, no index changes, no sample data'),
  cors: text('--cors <origin>', 'let pages of this origin read answers; * for all'),
  log: choice('--log <kind>', 'request log on stderr (short)', ['none', 'short', 'json']),
  asFunction: flag('--as-function', 'answer as behind Lambda: always gzip, at most 6 MB'),
  plain: flag('--plain', 'compress only for clients that ask, which is what happens anyway'),
  generator: flag('--generator', 'make sample data, also when that is paused'),
  // Both set the option of the one above, to true and to false.
  noGenerator: flag('--no-generator', 'make no sample data'),
  watch: list('--watch <folder>', 'index its files as they come and grow; <folder>=<index>'),
  open: flag('--open', 'open the page in the browser'),
  every: duration('--every <duration>', 'time between two sample batches, for now'),
}

type ServeOptions = OptionValues<typeof OPTIONS>

export const serveCommand = defineCommand({
  description:
    'Prints its address on stdout when it answers. Ctrl-C ends running requests first, twice ends at once.',
  options: OPTIONS,
  examples: [
    'qw-lambda serve --port 7280',
    `curl 'http://127.0.0.1:7280/api/v1/mock-sales/search?query=quantity:>5'`,
    'qw-lambda serve --watch /var/log/nginx=nginx --watch ./logs',
    'qw-lambda serve --host 0.0.0.0 --api-key-file key.txt --read-only',
  ],
  async run(context, { options }) {
    const host = options.host ?? '127.0.0.1'
    if (options.proxy === true || isCloudTarget(context)) return await proxy(context, host, options)
    const stack = await currentLocalStack(context)
    const apiKeys = await readKeys(options.apiKeyFile)
    if (!isLoopback(host) && apiKeys.length === 0) {
      throw new QwError('invalid', `${host} is reachable from other machines`, {
        code: 'KEY-MISSING',
        fix: 'pass --api-key-file <file>, so that not everybody can read and write',
      })
    }
    const log = stack.runLog.of('api')
    const place = { dataDir: context.settings.dataDir, stackName: stack.name }
    const work = serveWork(stack, place)
    const queue = new IngestQueue({
      indexing: stack.indexing,
      store: stack.ingestStore,
      work: work.requests,
      log,
    })
    const apiSettings = settingsOf(apiKeys, options)
    const threads = SearchThreads.open(place, apiSettings)
    const operations = indexOperations({
      work: work.background,
      uploads: tmpdir(),
    })
    const api = apiOf(context, { stack, queue, operations, apiSettings, options })
    const parts = { stack, api, threads, host, asksForKey: apiKeys.length > 0, options }
    if (options.readOnly === true) return await serveReading(context, parts)
    const watched = await watchedFolders(context, stack, options.watch ?? [])
    const lock = await takeServeLock(stack.folder, `http://${host}:${options.port ?? DEFAULT_PORT}`)
    try {
      const gateway = await listen(context, parts)
      threads?.start()
      work.start()
      await lock.moveTo(gateway.url)
      // The address first: whoever waits for it may begin while older files are looked through.
      await announce(context, gateway, options)
      await queue.recover()
      const background = startBackground(context, work.background, { options, watched })
      await untilStopped(context)
      // Together: requests that wait for their commit end with it.
      await Promise.all([gateway.close(DRAIN_MS), queue.drain(), ...background])
      context.report.hint('Stopped.')
    } finally {
      await Promise.all([work.close(), threads?.close()])
      await lock.release()
    }
  },
})

/** Writes nothing, so any number of servers may do it, and the disk may be read-only. */
async function serveReading(context: CliContext, parts: ListenParts): Promise<void> {
  const { generator, watch } = parts.options
  if (generator === true || watch !== undefined) {
    const flag = generator === true ? '--generator makes' : '--watch indexes'
    throw new QwError('invalid', `${flag} data, and --read-only writes nothing`, {
      code: 'USAGE',
      fix: 'leave one of them out',
    })
  }
  const { threads } = parts
  try {
    const gateway = await listen(context, parts)
    threads?.start()
    await announce(context, gateway, parts.options)
    await untilStopped(context)
    await gateway.close(DRAIN_MS)
    context.report.hint('Stopped.')
  } finally {
    await threads?.close()
  }
}

async function untilStopped({ signal, report }: CliContext): Promise<void> {
  await aborted(signal)
  report.hint(
    `Ending running requests (${formatDuration(DRAIN_MS)} at most). Ctrl-C again ends at once.`,
  )
}

/** A deployment has its own schedule and its bucket. Nobody else may spend the caller's credentials. */
async function proxy(context: CliContext, host: string, options: ServeOptions): Promise<void> {
  if (options.watch !== undefined) {
    throw new QwError(
      'invalid',
      '--watch indexes into a stack of this machine, not through a proxy',
      {
        code: 'USAGE',
        fix: 'follow files into a deployment: qw-lambda ingest <file> --follow',
      },
    )
  }
  if (!isLoopback(host)) {
    throw new QwError(
      'invalid',
      `${host} is reachable from other machines, and a proxy asks for no key`,
      {
        code: 'KEY-MISSING',
        fix: 'serve on 127.0.0.1, or use the deployment’s own API with its key',
      },
    )
  }
  const { serveProxy } = await import('./aws-serve-proxy.ts')
  await serveProxy(context, {
    host,
    port: options.port ?? DEFAULT_PORT,
    mayMove: options.port === undefined,
    corsOrigin: options.cors,
    onRequest: requestLog(options.log ?? 'short', (line) => context.report.note(line)),
    drainMs: DRAIN_MS,
    opens: options.open === true,
  })
}

interface ApiParts {
  readonly stack: LocalStack
  readonly queue: IngestQueue
  readonly operations: IndexOperations
  readonly apiSettings: ApiSettings
  readonly options: ServeOptions
}

function apiOf(context: CliContext, parts: ApiParts): Api {
  const { stack, queue, apiSettings, options } = parts
  const build = { version: context.version, commitHash: '', buildDate: '' }
  const { search, indexRoot } = stack
  const shown = { page: shippedPage(), cost: localCost(context, stack) }
  const reading = { search, ingest: undefined, build, indexRoot, ...shown }
  if (options.readOnly === true) return createApi(reading, apiSettings)
  return createApi({ ...reading, ingest: queue, operations: parts.operations }, apiSettings)
}

function searchIn(threads: SearchThreads, api: Api): GatewayHost['search'] {
  return async (request, signal) => {
    const startMs = performance.now()
    const answer = await threads.answer(request, signal)
    api.count(answer.status, performance.now() - startMs)
    return answer
  }
}

function settingsOf(apiKeys: readonly string[], { asFunction }: ServeOptions): ApiSettings {
  return { apiKeys, responses: asFunction === true ? 'function' : 'plain' }
}

interface ListenParts {
  readonly stack: LocalStack
  readonly api: Api
  readonly threads: SearchThreads | undefined
  readonly host: string
  readonly asksForKey: boolean
  readonly options: ServeOptions
}

async function listen(context: CliContext, parts: ListenParts): Promise<Gateway> {
  const { stack, api, threads, host, options } = parts
  const keep = stack.runLog.of('api')
  const show = requestLog(options.log ?? 'short', (line) => context.report.note(line))
  const gateway = await startGateway(
    {
      fetch: (request) => api.fetch(request),
      search: threads && searchIn(threads, api),
      clock: context.clock,
      corsOrigin: options.cors,
      asksForKey: parts.asksForKey,
      onRequest(line) {
        show(line)
        const { method, path, status, elapsedMs } = line
        if (options.readOnly !== true)
          keep({ event: 'request', method, path, status, ms: elapsedMs })
      },
    },
    { host, port: options.port ?? DEFAULT_PORT, mayMove: options.port === undefined },
  )
  if (options.port === undefined && gateway.port !== DEFAULT_PORT) {
    context.report.note(`Port ${DEFAULT_PORT} is in use: taking ${gateway.port}.`)
  }
  return gateway
}

async function announce(
  context: CliContext,
  gateway: Gateway,
  options: ServeOptions,
): Promise<void> {
  const access = options.readOnly === true ? ', read-only' : ''
  await announceServer(context, gateway.url, {
    opens: options.open === true,
    hint: (api) => `API under ${api}${access}. Ctrl-C stops.`,
  })
}

/** What goes on beside the requests, until Ctrl-C. What ends before is told, and requests go on. */
function startBackground(
  { signal, report }: CliContext,
  work: ServeWork['background'],
  { options, watched }: { readonly options: ServeOptions; readonly watched: readonly Watched[] },
): Promise<void>[] {
  const told = async (what: string, running: Promise<void>): Promise<void> => {
    await running.catch((error: unknown) =>
      report.warn(`${what} ended: ${messageOf(error)}`, 'start qw-lambda serve again'),
    )
  }
  const { generator, every: everyMs } = options
  const schedule = { everyMs, evenIfPaused: generator === true }
  return [
    told('indexing what was staged before', work.recoverStaging(undefined, { signal })),
    ...(generator === false ? [] : [told('sample data', work.runSchedule(schedule, { signal }))]),
    told('the upkeep', work.runUpkeep(undefined, { signal })),
    ...watched.map((one) => told(`watching ${one.folder}`, work.watchFolder(one, { signal }))),
  ]
}

function requestLog(
  kind: 'none' | 'short' | 'json',
  say: (text: string) => void,
): (line: RequestLine) => void {
  if (kind === 'none') return () => undefined
  if (kind === 'json') return (line) => say(JSON.stringify(line))
  return ({ status, method, path, elapsedMs, splits }) => {
    const searched = splits === undefined ? '' : ` ${splits} splits`
    say(`${status} ${method} ${path} ${formatDuration(elapsedMs)}${searched}`)
  }
}

async function readKeys(path: string | undefined): Promise<string[]> {
  if (path === undefined) return []
  const fix = 'put the key alone into the file of --api-key-file'
  const key = (await readGivenText(path, fix)).trim()
  if (key !== '') return [key]
  throw new QwError('invalid', `there is no API key in ${path}`, { code: 'KEY-MISSING', fix })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
}

import { readFile } from 'node:fs/promises'
import { QwError } from '../../engine/errors.ts'
import { createApi } from '../../api/app.ts'
import { startGateway, type RequestLine } from '../../local/gateway.ts'
import { IngestQueue } from '../../local/ingest-queue.ts'
import { runSchedule } from '../../local/schedule.ts'
import { takeServeLock } from '../../local/serve-lock.ts'
import { defineCommand } from '../command.ts'
import { formatDuration } from '../format/duration.ts'
import { currentLocalStack } from '../local-stacks.ts'
import { choice, flag, integer, text } from '../option.ts'

const DEFAULT_PORT = 7280
/** How long running requests may take to end after the first Ctrl-C. */
const DRAIN_MS = 3_000

export const serveCommand = defineCommand({
  summary: 'serve the HTTP API of a local stack, with its schedule',
  options: {
    port: integer('--port <port>', `port (${DEFAULT_PORT}, or the next free one)`),
    host: text('--host <address>', 'address (127.0.0.1)'),
    apiKeyFile: text('--api-key-file <file>', 'ask for this key in x-api-key'),
    log: choice('--log <kind>', 'request log on stderr (short)', ['none', 'short', 'json']),
    plain: flag('--plain', 'compress only for clients that ask; no 6 MB limit'),
    generator: flag('--no-generator', 'do not run the sample schedule'),
  },
  examples: ['qw-lambda serve --port 7280', `curl --compressed 'http://127.0.0.1:7280/api/v1/mock-sales/search?query=quantity:>5'`],
  async run(context, { options }) {
    const stack = await currentLocalStack(context)
    const host = options.host ?? '127.0.0.1'
    const apiKeys = await readKeys(options.apiKeyFile)
    if (!isLoopback(host) && apiKeys.length === 0) {
      throw new QwError('invalid', `${host} is reachable from other machines`, {
        fix: 'pass --api-key-file <file>, so that not everybody can read and write',
      })
    }
    const { indexing, search } = stack
    const log = (fields: Readonly<Record<string, unknown>>): void =>
      context.report.detail(JSON.stringify(fields))
    const queue = new IngestQueue({ indexing, store: stack.ingestStore, log })
    const build = { version: context.version, commitHash: '', buildDate: '' }
    const responses = options.plain === true ? 'plain' : 'function'
    const api = createApi({ search, ingest: queue, build }, { apiKeys, responses })
    const gateway = await startGateway(
      {
        fetch: (request) => api.fetch(request),
        clock: context.clock,
        onRequest: requestLog(options.log ?? 'short', (text) => context.report.note(text)),
      },
      { host, port: options.port ?? DEFAULT_PORT, mayMove: options.port === undefined },
    )
    const lock = await takeServeLock(stack.folder, gateway.url).catch(async (error: unknown) => {
      await gateway.close(0)
      throw error
    })
    try {
      await queue.recover()
      await stack.staging.recover(context.signal)
      await context.out.write(`${gateway.url}\n`)
      context.report.hint(`Serving ${stack.name}. API under ${gateway.url}/api/v1. Ctrl-C stops.`)
      const schedule =
        options.generator === false
          ? Promise.resolve()
          : runSchedule(stack, context.clock, { signal: context.signal, log })
      await aborted(context.signal)
      await gateway.close(DRAIN_MS)
      await Promise.all([schedule, queue.drain()])
      context.report.hint('Stopped.')
    } finally {
      await lock.release()
    }
  },
})

function requestLog(
  kind: 'none' | 'short' | 'json',
  say: (text: string) => void,
): (line: RequestLine) => void {
  if (kind === 'none') return () => undefined
  if (kind === 'json') return (line) => say(JSON.stringify(line))
  return (line) => say(`${line.status} ${line.method} ${line.path} ${formatDuration(line.elapsedMs)}`)
}

async function readKeys(path: string | undefined): Promise<string[]> {
  if (path === undefined) return []
  const key = (await readFile(path, 'utf8').catch(() => '')).trim()
  if (key !== '') return [key]
  throw new QwError('invalid', `cannot read an API key from ${path}`, {
    fix: 'put the key alone into that file',
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }))
}

import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'
import { unzipSync } from 'fflate'
import { LambdaProcess, type FunctionSettings, type RunResult } from './lambda-process.ts'

export interface AwsEndpoint {
  /** One address for everything, as the SDK and the CLI want it. */
  readonly url: string
  /** The event of each run that was begun, as JSON. */
  readonly runs: readonly string[]
  /** How many runs were refused. */
  readonly refused: number
  stop(): Promise<void>
}

/** What the emulator tells of a function, as far as it is needed to run it. */
interface FunctionAnswer {
  readonly Configuration: {
    readonly FunctionName: string
    readonly Handler: string
    readonly MemorySize: number
    readonly Timeout: number
    readonly CodeSha256: string
    readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> }
    readonly LoggingConfig?: { readonly LogGroup?: string }
  }
  readonly Code: { readonly Location: string }
}

/** What an account or a bad day does to functions. */
export interface Limits {
  /** Runs under way at once; more are refused with 429. */
  readonly runsMax?: number
  /** Whether the process of a run with this event is killed while it is at it. */
  readonly kills?: (payload: string) => boolean
}

const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
const REQUEST_BYTES_MAX = 6 * 1024 * 1024
const LOG_TAIL_BYTES = 4096

/**
 * The emulator with an Invoke API of our own in front: the function's zip is taken from the emulator,
 * unzipped and run under Lambda's limits. Every other request passes through unchanged.
 */
export async function startAwsEndpoint(
  emulator: string,
  lambdaNode: string,
  limits: Limits = {},
): Promise<AwsEndpoint> {
  const functions = new Functions(emulator, lambdaNode, limits)
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', emulator).pathname
    const name = incoming.method === 'POST' ? INVOKE.exec(path)?.[1] : undefined
    const answered =
      name === undefined
        ? passOn(emulator, incoming, outgoing)
        : invoke(functions, decodeURIComponent(name), incoming, outgoing)
    answered.catch((error: unknown) => {
      outgoing.writeHead(502).end(String(error))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}`
  functions.endpoint = url
  return {
    url,
    runs: functions.runs,
    get refused() {
      return functions.refused
    },
    async stop() {
      await functions.stop()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Execution environments by code, name and settings, so that an update starts a new one. */
class Functions {
  endpoint = ''
  readonly runs: string[] = []
  refused = 0
  readonly #emulator: string
  readonly #node: string
  readonly #limits: Limits
  readonly #idle = new Map<string, LambdaProcess[]>()
  readonly #all: LambdaProcess[] = []
  readonly #logs: CloudWatchLogsClient
  #codeFolder: Promise<string> | undefined
  #underWay = 0

  constructor(emulator: string, node: string, limits: Limits) {
    this.#emulator = emulator
    this.#node = node
    this.#limits = limits
    this.#logs = new CloudWatchLogsClient({
      region: 'us-east-1',
      endpoint: emulator,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
  }

  /** The emulator's own answer when it knows no such function, and AWS's when too many run. */
  async run(name: string, payload: string): Promise<RunResult | Response> {
    if (this.#underWay >= (this.#limits.runsMax ?? Infinity)) {
      this.refused++
      return tooManyRuns()
    }
    this.#underWay++
    try {
      return await this.#run(name, payload)
    } finally {
      this.#underWay--
    }
  }

  async #run(name: string, payload: string): Promise<RunResult | Response> {
    const response = await fetch(
      `${this.#emulator}/2015-03-31/functions/${encodeURIComponent(name)}`,
    )
    if (!response.ok) return response
    // The emulator's own API: trusted to keep to its shape.
    const answer = (await response.json()) as FunctionAnswer
    const id = JSON.stringify(answer.Configuration)
    const idle = this.#idle.get(id) ?? []
    this.#idle.set(id, idle)
    const environment = idle.pop() ?? (await this.#open(answer))
    try {
      this.runs.push(payload)
      const running = environment.invoke(randomUUID(), payload)
      if (this.#limits.kills?.(payload) === true) environment.stop()
      const result = await running
      await this.#keepLog(environment.settings.logGroup, result.logLines)
      return result
    } finally {
      idle.push(environment)
    }
  }

  /** Where the function's log lines are looked for; without its group they are lost, as in Lambda. */
  async #keepLog(logGroupName: string, lines: readonly string[]): Promise<void> {
    const logStreamName = `${new Date().toISOString().slice(0, 10)}/[$LATEST]${randomUUID()}`
    const timestamp = Date.now()
    const logEvents = lines.map((message) => ({ timestamp, message }))
    try {
      await this.#logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
      await this.#logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error
    }
  }

  async stop(): Promise<void> {
    for (const environment of this.#all) environment.stop()
    if (this.#codeFolder !== undefined) await rm(await this.#codeFolder, { recursive: true })
  }

  async #open({ Configuration, Code }: FunctionAnswer): Promise<LambdaProcess> {
    const settings: FunctionSettings = {
      name: Configuration.FunctionName,
      folder: await this.#unzip(Code.Location, Configuration.CodeSha256),
      handler: Configuration.Handler,
      memoryMb: Configuration.MemorySize,
      timeoutMs: Configuration.Timeout * 1_000,
      logGroup:
        Configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${Configuration.FunctionName}`,
      environment: {
        ...Configuration.Environment?.Variables,
        AWS_ENDPOINT_URL: this.endpoint,
      },
    }
    const environment = new LambdaProcess(this.#node, settings)
    this.#all.push(environment)
    return environment
  }

  async #unzip(location: string, sha256: string): Promise<string> {
    this.#codeFolder ??= mkdtemp(join(tmpdir(), 'qw-lambda-code-'))
    const folder = join(await this.#codeFolder, Buffer.from(sha256, 'base64').toString('hex'))
    if (existsSync(folder)) return folder
    const { pathname, search } = new URL(location)
    const response = await fetch(`${this.#emulator}${pathname}${search}`)
    const zip = new Uint8Array(await response.arrayBuffer())
    const actual = createHash('sha256').update(zip).digest('base64')
    if (actual !== sha256) throw new Error(`the emulator keeps other code than it says: ${actual}`)
    for (const [name, bytes] of Object.entries(unzipSync(zip))) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), bytes)
    }
    return folder
  }
}

function tooManyRuns(): Response {
  const headers = { 'x-amzn-errortype': 'TooManyRequestsException' }
  const refusal = {
    Reason: 'ConcurrentInvocationLimitExceeded',
    Type: 'User',
    message: 'Rate Exceeded.',
  }
  return Response.json(refusal, { status: 429, headers })
}

async function invoke(
  functions: Functions,
  name: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  const body = Buffer.concat(chunks)
  if (body.length > REQUEST_BYTES_MAX) {
    const Message = `Request must be smaller than ${REQUEST_BYTES_MAX} bytes for the InvokeFunction operation`
    outgoing.writeHead(413, { 'x-amzn-errortype': 'RequestTooLargeException' })
    outgoing.end(JSON.stringify({ Type: 'User', Message }))
    return
  }
  const payload = body.length === 0 ? '{}' : body.toString()
  const type = incoming.headers['x-amz-invocation-type'] ?? 'RequestResponse'
  if (type === 'DryRun') {
    outgoing.writeHead(204).end()
    return
  }
  const running = functions.run(name, payload)
  if (type === 'Event') {
    outgoing.writeHead(202).end()
    await running
    return
  }
  const result = await running
  if (result instanceof Response) {
    outgoing.writeHead(result.status, Object.fromEntries(result.headers))
    outgoing.end(await result.text())
    return
  }
  const tail = Buffer.from(`${result.logLines.join('\n')}\n`).subarray(-LOG_TAIL_BYTES)
  const isTail = incoming.headers['x-amz-log-type'] === 'Tail'
  outgoing.writeHead(200, {
    'content-type': 'application/json',
    'x-amzn-requestid': randomUUID(),
    'x-amz-executed-version': '$LATEST',
    ...(isTail ? { 'x-amz-log-result': tail.toString('base64') } : {}),
    ...(result.functionError === undefined ? {} : { 'x-amz-function-error': result.functionError }),
  })
  outgoing.end(result.payload)
}

function passOn(emulator: string, incoming: IncomingMessage, outgoing: ServerResponse) {
  const { hostname, port } = new URL(emulator)
  return new Promise<void>((resolve, reject) => {
    const { method, url } = incoming
    const headers = { ...incoming.headers, host: emulatorHost(incoming.headers.host) }
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing).on('finish', resolve)
    })
    onward.on('error', reject)
    incoming.pipe(onward)
  })
}

/** The address of a REST API as CloudFormation tells it, in the form that the emulator listens to. */
function emulatorHost(host: string | undefined): string | undefined {
  return host?.replace(/^(\w+)\.execute-api\.[\w-]+\.amazonaws\.com$/, '$1.execute-api.localhost')
}

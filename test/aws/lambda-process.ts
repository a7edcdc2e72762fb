import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface FunctionSettings {
  readonly name: string
  /** Folder of the unzipped code. */
  readonly folder: string
  /** Such as `index.handler`. */
  readonly handler: string
  readonly memoryMb: number
  readonly timeoutMs: number
  readonly logGroup: string
  readonly environment: Readonly<Record<string, string>>
  /** Of Node itself. */
  readonly flags?: readonly string[]
}

export interface RunResult {
  /** JSON. */
  readonly payload: string
  /** AWS's word when the function threw, ran out of time or of memory. */
  readonly functionError: 'Unhandled' | undefined
  readonly logLines: readonly string[]
}

interface Failure {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

type Message =
  | { readonly ready: number }
  | { readonly initError: Failure }
  | { readonly payload: string }
  | { readonly error: Failure }

const RUNTIME = fileURLToPath(new URL('lambda-runtime.mjs', import.meta.url))
/** What Lambda allows for an answer. */
const REPLY_BYTES_MAX = 6 * 1024 * 1024
const MEMORY_POLL_MS = 20

/**
 * One execution environment: a process of Lambda's Node with Lambda's variables and nothing of ours,
 * killed when it takes more time or memory than the function has. One invocation at a time; a process
 * that ended is started again by the next.
 */
export class LambdaProcess {
  readonly #node: string
  readonly settings: FunctionSettings
  #child: ChildProcess | undefined
  #logLines: string[] = []
  #peakMb = 0

  constructor(node: string, settings: FunctionSettings) {
    this.#node = node
    this.settings = settings
  }

  async invoke(requestId: string, payload: string): Promise<RunResult> {
    this.#logLines = [`START RequestId: ${requestId} Version: $LATEST`]
    this.#peakMb = 0
    const initMs = this.#child === undefined ? await this.#start() : undefined
    const startMs = performance.now()
    const outcome =
      typeof initMs === 'string' ? failed(initMs) : await this.#run(requestId, payload)
    const ms = performance.now() - startMs
    const init = typeof initMs === 'number' ? `\tInit Duration: ${initMs.toFixed(2)} ms` : ''
    const billedMs = Math.ceil(ms + (typeof initMs === 'number' ? initMs : 0))
    this.#logLines.push(
      `END RequestId: ${requestId}`,
      `REPORT RequestId: ${requestId}\tDuration: ${ms.toFixed(2)} ms\tBilled Duration: ${billedMs} ms\tMemory Size: ${this.settings.memoryMb} MB\tMax Memory Used: ${this.#peakMb} MB${init}`,
    )
    return { ...outcome, logLines: this.#logLines }
  }

  stop(): void {
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }

  /** Milliseconds until the handler was there, or the JSON of why it never was. */
  async #start(): Promise<number | string> {
    const { folder, handler, memoryMb, name, logGroup, environment, flags = [] } = this.settings
    const child = spawn(this.#node, [...flags, RUNTIME], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...environment,
        PATH: '/usr/local/bin:/usr/bin:/bin',
        TZ: ':UTC',
        LANG: 'en_US.UTF-8',
        _HANDLER: handler,
        LAMBDA_TASK_ROOT: folder,
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_SESSION_TOKEN: 'session',
      },
    })
    this.#child = child
    child.stdout?.on('data', (chunk: Buffer) => this.#addLog(chunk))
    child.stderr?.on('data', (chunk: Buffer) => this.#addLog(chunk))
    const message = await this.#answer()
    if (message !== undefined && 'ready' in message) return message.ready
    this.stop()
    return JSON.stringify(
      message !== undefined && 'initError' in message ? message.initError : exitFailure(),
    )
  }

  async #run(requestId: string, payload: string): Promise<Omit<RunResult, 'logLines'>> {
    const { timeoutMs } = this.settings
    const deadlineMs = Date.now() + timeoutMs
    this.#child?.send({ requestId, deadlineMs, payload })
    const message = await this.#answer(timeoutMs)
    if (message === 'timeout') {
      this.stop()
      const seconds = (timeoutMs / 1_000).toFixed(2)
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`
      return failed(JSON.stringify({ errorType: 'Sandbox.Timedout', errorMessage }))
    }
    if (message === undefined || !('payload' in message || 'error' in message)) {
      this.stop()
      return failed(JSON.stringify(exitFailure()))
    }
    if ('error' in message) {
      this.#logLines.push(`ERROR\tInvoke Error\t${JSON.stringify(message.error)}`)
      return failed(JSON.stringify(message.error))
    }
    if (Buffer.byteLength(message.payload) > REPLY_BYTES_MAX) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${REPLY_BYTES_MAX} bytes).`
      return failed(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }))
    }
    return { payload: message.payload, functionError: undefined }
  }

  /** The child's next message; undefined when it ended, be it by itself or for its memory. */
  #answer(): Promise<Message | undefined>
  #answer(timeoutMs: number): Promise<Message | 'timeout' | undefined>
  #answer(timeoutMs?: number): Promise<Message | 'timeout' | undefined> {
    const child = this.#child
    if (child === undefined) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const memory = setInterval(() => this.#checkMemory(child), MEMORY_POLL_MS)
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => settle('timeout'), timeoutMs)
      const settle = (outcome: Message | 'timeout' | undefined): void => {
        clearInterval(memory)
        clearTimeout(timer)
        child.off('message', settle).off('exit', onExit)
        // Log lines that are still in the pipe belong to this invocation.
        setImmediate(() => resolve(outcome))
      }
      const onExit = (): void => settle(undefined)
      child.on('message', settle).on('exit', onExit)
    })
  }

  #checkMemory(child: ChildProcess): void {
    let status: string
    try {
      status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    } catch {
      return
    }
    const megabytes = Math.ceil(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
    this.#peakMb = Math.max(this.#peakMb, megabytes)
    if (megabytes > this.settings.memoryMb) child.kill('SIGKILL')
  }

  #addLog(chunk: Buffer): void {
    this.#logLines.push(...chunk.toString().trimEnd().split('\n'))
  }
}

function failed(payload: string): Omit<RunResult, 'logLines'> {
  return { payload, functionError: 'Unhandled' }
}

function exitFailure(): Failure {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: 'Error: Runtime exited with error: signal: killed',
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tools } from './tools.ts'

export interface Emulator {
  /** Base address of every AWS service. */
  readonly endpoint: string
  stop(): Promise<void>
}

const START_TIMEOUT_MS = 60_000

/** MiniStack on a free port of the loopback interface, its state in memory alone. */
export async function startEmulator({ emulator, lambdaNode }: Tools): Promise<Emulator> {
  const port = await freePort()
  const env = {
    // Functions that the emulator runs itself, for a queue or a gateway, get Lambda's Node as well.
    PATH: `${dirname(lambdaNode)}:${process.env['PATH']}`,
    HOME: process.env['HOME'],
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
    LOG_LEVEL: 'WARNING',
  }
  return await start({ program: emulator, args: [], env, port, health: '_ministack/health' })
}

/** moto's server likewise: for the store and the template, since it runs no function. */
export async function startSecondEmulator({ secondEmulator }: Tools): Promise<Emulator> {
  const port = await freePort()
  const args = ['--host', '127.0.0.1', '--port', String(port)]
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] }
  return await start({ program: secondEmulator, args, env, port, health: 'moto-api/data.json' })
}

interface Server {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly port: number
  /** Path that answers 200 when the server is ready. */
  readonly health: string
}

async function start({ program, args, env, port, health }: Server): Promise<Emulator> {
  const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output: string[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()))
  const endpoint = `http://127.0.0.1:${port}`
  await untilHealthy(`${endpoint}/${health}`, () => {
    if (child.exitCode !== null) throw new Error(`the emulator ended:\n${output.join('')}`)
  })
  return {
    endpoint,
    async stop() {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function untilHealthy(address: string, check: () => void): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    check()
    const isHealthy = await fetch(address).then(
      (response) => response.ok,
      () => false,
    )
    if (isHealthy) return
    if (Date.now() > deadline) throw new Error(`no emulator at ${address}`)
    await sleep(200)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

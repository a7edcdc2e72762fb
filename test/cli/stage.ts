import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { runCommandLine } from '../../src/cli/program/command-line.ts'
import type { ProcessHost } from '../../src/cli/program/build-context.ts'

/** When everything on the stage happens: 2026-11-23 04:00:05 UTC. */
const NOW_MS = Date.UTC(2026, 10, 23, 4, 0, 5)

export interface StageOptions {
  /** Undefined: a pipe, without a width. */
  readonly columns?: number
  readonly color?: boolean
  readonly env?: Readonly<Record<string, string>>
}

export interface Performance {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Whole command lines in this process, over streams of any width, at a time that stands still. */
export class Stage {
  /** Of the same length on every machine, since paths are laid out too. */
  readonly folder = mkdtempSync(existsSync('/tmp') ? '/tmp/stage-' : join(tmpdir(), 'stage-'))
  readonly #clock = { nowMs: () => NOW_MS, sleep: () => Promise.resolve() }

  constructor() {
    // Ends the search for a project file above.
    writeFileSync(join(this.folder, '.git'), '')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  write(name: string, content: string): string {
    writeFileSync(join(this.folder, name), content)
    return join(this.folder, name)
  }

  async play(argv: readonly string[], options: StageOptions = {}): Promise<Performance> {
    const stdout = screenOf(options.columns)
    const stderr = screenOf(undefined)
    const host: ProcessHost = {
      stdin: {},
      stdout: stdout.stream,
      stderr: stderr.stream,
      env: {
        XDG_CONFIG_HOME: join(this.folder, 'config'),
        XDG_DATA_HOME: join(this.folder, 'data'),
        QWL_TZ: 'utc',
        ...(options.color === true ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
        ...options.env,
      },
      cwd: this.folder,
      clock: this.#clock,
    }
    const interruption = {
      signal: new AbortController().signal,
      exitCode: () => 130 as const,
      limitTime: () => undefined,
      abandoned: new Promise<never>(() => undefined),
    }
    const exitCode = await runCommandLine({ host, argv, version: '0.0.0', interruption })
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() }
  }
}

function screenOf(columns: number | undefined): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns })
  // What a terminal's stream has besides is never asked for here.
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => Buffer.concat(chunks).toString(),
  }
}

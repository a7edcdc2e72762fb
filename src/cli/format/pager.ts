import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { QwError } from '../../engine/errors.ts'
import type { HeldNotes } from './held-notes.ts'
import type { Output } from './streams.ts'
import { forTerminal } from './visible.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Colours as they are, no pager for one screen, and the text stays on the screen: as git has it. */
const LESS_FLAGS = 'FRX'
/** What a shell says of a program that it cannot start. */
const NOT_STARTED: readonly (number | null)[] = [126, 127]

/** The pager that is meant, as a shell takes it; undefined: none is wanted, or there is none. */
export function pagerCommand(env: Environment): string | undefined {
  if (env['TERM'] === 'dumb' || (env['CI'] ?? '') !== '') return undefined
  const chosen = env['QWL_PAGER'] ?? env['PAGER']
  if (chosen !== undefined) return ['', 'cat'].includes(chosen.trim()) ? undefined : chosen
  const folders = (env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, 'less'))) ? 'less' : undefined
}

interface PagerSettings {
  readonly out: Output
  readonly command: string
  readonly env: Environment
  /** Lines beside the answer wait while it is paged: they would land in the middle of it. */
  readonly notes: HeldNotes
  /** Called when all was written, before the reader may take as long as they like. */
  readonly onWritten: () => void
}

/**
 * Writes to the terminal what fits its screen, and through a pager what is longer. From the first line on
 * everything is kept until one of the two is known; then it streams. A reader who leaves the pager early
 * ends the program quietly, as one who closes a pipe does.
 */
export function pagedOutput(settings: PagerSettings): Output {
  const { out, notes } = settings
  const rows = out.rows ?? 0
  let kept = ''
  let pager: Pager | undefined
  return {
    ...out,
    async write(text) {
      notes.hold()
      const more = typeof text === 'string' ? text : Buffer.from(text).toString()
      if (pager !== undefined) return await pager.write(forTerminal(more, out.style))
      kept += more
      if (screenLines(kept, out.columns) < rows) return
      pager = new Pager(settings)
      await pager.write(forTerminal(kept, out.style))
    },
    async end() {
      settings.onWritten()
      try {
        await (pager === undefined ? out.write(kept) : pager.end())
      } finally {
        notes.release()
      }
    },
  }
}

/** Lines that a text takes; a long one is broken by the terminal. Wide characters count as one here: a
 *  text that just fits may be paged, which `less -F` sees and leaves. */
function screenLines(text: string, columns: number): number {
  return text
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(plainLength(line) / columns)), 0)
}

function plainLength(line: string): number {
  // The colours of our own painting.
  // oxlint-disable-next-line no-control-regex
  return line.replaceAll(/\u001B\[\d+m/g, '').length
}

/** A running pager. Ctrl-C is its own while it runs: less stops reading or searching with it. */
class Pager {
  readonly #command: string
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  readonly #listeners = process.listeners('SIGINT')
  readonly #ignore = (): void => undefined
  #isWritten = false
  #isMissing = false

  constructor({ command, env }: PagerSettings) {
    this.#command = command
    this.#child = spawn(command, {
      shell: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: LESS_FLAGS, LV: '-c', ...env },
    })
    process.removeAllListeners('SIGINT')
    process.on('SIGINT', this.#ignore)
    // A pager that was left reads no more.
    this.#child.stdin?.on('error', () => undefined)
    this.#exited = new Promise((done) => {
      this.#child.on('exit', (code) => {
        this.#isMissing = NOT_STARTED.includes(code)
        if (!this.#isWritten && !this.#isMissing) process.exit(0)
        done(code)
      })
    })
  }

  /** Throws `invalid` where there is no such program. */
  async write(text: string): Promise<void> {
    const { stdin } = this.#child
    if (stdin !== null && !stdin.write(text)) {
      const isDrained = new Promise((done) => stdin.once('drain', done))
      await Promise.race([isDrained, this.#exited])
    }
    this.#refuseMissing()
  }

  async end(): Promise<void> {
    this.#isWritten = true
    this.#child.stdin?.end()
    await this.#exited
    process.off('SIGINT', this.#ignore)
    for (const listener of this.#listeners) process.on('SIGINT', listener)
    this.#refuseMissing()
  }

  #refuseMissing(): void {
    if (!this.#isMissing) return
    throw new QwError('invalid', `the pager \`${this.#command}\` cannot be started`, {
      code: 'USAGE',
      fix: 'set QWL_PAGER or PAGER to one that is there, or pass --no-pager',
    })
  }
}

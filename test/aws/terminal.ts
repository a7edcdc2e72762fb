import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { PROGRAM } from '../cli-process.ts'

/** Relays a pseudo-terminal over pipes: Python has one in its standard library, Node has none. */
const RELAY = `
import os, pty, select, struct, sys, fcntl, termios
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 120, 0, 0))
sources = [0, fd]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        data = os.read(0, 4096)
        if data: os.write(fd, data)
        else: sources.remove(0)
    if fd in ready:
        try: data = os.read(fd, 65536)
        except OSError: break
        if not data: break
        os.write(1, data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

export const KEYS = { enter: '\r', ctrlC: '\u0003', down: '\u001B[B' } as const

const WAIT_MS = 30_000

/** The real program at a real terminal. */
export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams
  readonly ended: Promise<number | null>
  #screen = ''
  #seenTo = 0

  constructor(
    args: readonly string[],
    options: { readonly cwd: string; readonly env: Record<string, string> },
  ) {
    this.#child = spawn('python3', ['-c', RELAY, process.execPath, PROGRAM, ...args], {
      cwd: options.cwd,
      env: {
        PATH: process.env['PATH'],
        HOME: options.cwd,
        TERM: 'xterm',
        PAGER: 'cat',
        LANG: 'C.UTF-8',
        ...options.env,
      },
    })
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#screen += text))
    this.#child.stdin.on('error', () => undefined)
    this.ended = new Promise((resolve) => this.#child.on('close', resolve))
  }

  /** Everything shown so far, without colours and cursor movements. */
  get screen(): string {
    return stripVTControlCharacters(this.#screen)
  }

  /** Waits until this is shown after what was waited for before. */
  async see(text: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS
    for (;;) {
      const at = this.screen.indexOf(text, this.#seenTo)
      if (at >= 0) {
        this.#seenTo = at + text.length
        return
      }
      if (Date.now() > deadline || this.#child.exitCode !== null) {
        throw new Error(`\`${text}\` was not shown:\n${this.screen.slice(-2_000)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  type(text: string): void {
    this.#child.stdin.write(text)
  }
}

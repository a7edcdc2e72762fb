import ora, { type Ora } from 'ora'
import stringWidth from 'string-width'
import { fittingSigns } from '../format/ascii.ts'
import { fittedLine } from '../format/fitted-line.ts'
import { FALLBACK_COLUMNS } from '../format/streams.ts'
import type { Style } from '../format/style.ts'
import { forTerminal } from '../format/visible.ts'

/** Redrawing faster than this only flickers. */
const FRAME_MS = 80
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const ASCII_FRAMES = ['-', '\\', '|', '/']

interface LiveLineSettings {
  readonly title: string
  /** What stands behind the title, worked out at each frame for so many columns. */
  readonly facts: (columns: number) => readonly string[]
  readonly stream: NodeJS.WriteStream
  readonly style: Style
  readonly nowMs: () => number
}

/**
 * A spinner with its line, drawn by ora at the bottom of a terminal. What ora leaves open is solved
 * here: a line that wraps cannot be redrawn, so it is cut to the window; a window that narrows breaks
 * the line that is there; a terminal that says it has no columns would be divided by.
 */
export class LiveLine {
  readonly #spinner: Ora
  readonly #settings: LiveLineSettings
  #drawnFacts = ''
  #drawnMs: number

  constructor(settings: LiveLineSettings) {
    const { title, stream, style } = settings
    this.#settings = settings
    this.#drawnMs = settings.nowMs()
    giveWidth(stream)
    this.#spinner = ora({
      text: this.#fitting(title, this.#room()),
      suffixText: () => this.#facts(),
      stream,
      isEnabled: true,
      // Ctrl-C has to reach us.
      discardStdin: false,
      color: style.colored ? 'cyan' : false,
      spinner: { frames: style.ascii ? ASCII_FRAMES : FRAMES, interval: FRAME_MS },
    })
    stream.on('resize', this.#onResize)
    this.#spinner.start()
  }

  /** Work blocks the timer: whoever has news asks for a frame. */
  refresh(): void {
    const nowMs = this.#settings.nowMs()
    if (nowMs - this.#drawnMs < FRAME_MS || !this.#spinner.isSpinning) return
    this.#drawnMs = nowMs
    this.#spinner.render()
  }

  /** Clears the line. */
  stop(): void {
    this.#settings.stream.off('resize', this.#onResize)
    this.#spinner.stop()
  }

  #facts(): string {
    const { title, facts } = this.#settings
    const room = this.#room()
    const text = facts(room)
      .map((fact) => `· ${fact}`)
      .join(' ')
    const left = room - stringWidth(this.#fitting(title, room)) - 1
    this.#drawnFacts = left <= 1 ? '' : this.#fitting(text, left)
    return this.#drawnFacts
  }

  /** Without the spinner, its gap and the last column, where some terminals break the line already. */
  #room(): number {
    return Math.max(1, this.#settings.stream.columns - 3)
  }

  #fitting(text: string, columns: number): string {
    const { style } = this.#settings
    const line = fittingSigns(text.replaceAll('\n', ' '), style)
    return forTerminal(fittedLine(line, columns, style), style)
  }

  /** A narrower window has broken the line into several, of which ora knows one. */
  readonly #onResize = (): void => {
    const { stream, title } = this.#settings
    const drawn = stringWidth(`* ${this.#spinner.text} ${this.#drawnFacts}`)
    const rows = Math.ceil(drawn / stream.columns)
    if (rows > 1) stream.write(`\u001B[${rows - 1}A\r\u001B[J`)
    this.#spinner.text = this.#fitting(title, this.#room())
  }
}

/** Some terminals say that they are 0 columns wide, as `script` does without one of its own. */
function giveWidth(stream: NodeJS.WriteStream): void {
  let told = stream.columns
  Object.defineProperty(stream, 'columns', {
    configurable: true,
    enumerable: true,
    get: () => told || FALLBACK_COLUMNS,
    set(columns: number) {
      told = columns
    },
  })
}

/** Redrawing faster than this only flickers. */
const FRAME_MS = 80

const HIDE_CURSOR = '\u001B[?25l'
const SHOW_CURSOR = '\u001B[?25h'
const CLEAR_LINE = '\r\u001B[2K'

/** What the line says in a frame, at most `columns` characters wide. */
type DrawLine = (frame: number, columns: number) => string

/**
 * One line at the bottom of a terminal that is redrawn in place while work goes on; other lines are
 * printed above it. At most one is shown at a time.
 */
export class LiveLine {
  readonly #stream: NodeJS.WriteStream
  #draw: DrawLine | undefined
  #timer: NodeJS.Timeout | undefined
  #frame = 0
  #drawnMs = 0
  readonly #showCursor = (): void => {
    this.#stream.write(SHOW_CURSOR)
  }

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  start(draw: DrawLine): void {
    this.stop()
    this.#draw = draw
    this.#timer = setInterval(() => this.#redraw(), FRAME_MS)
    this.#timer.unref()
    // The second Ctrl-C ends the process without a word: the cursor has to come back even then.
    process.once('exit', this.#showCursor)
    this.#stream.write(HIDE_CURSOR)
    this.#redraw()
  }

  /** The work blocks the timer: whoever has news asks for a frame. */
  refresh(): void {
    if (performance.now() - this.#drawnMs >= FRAME_MS) this.#redraw()
  }

  /** Clears the line. */
  stop(): void {
    if (this.#draw === undefined) return
    clearInterval(this.#timer)
    this.#draw = undefined
    this.#stream.write(CLEAR_LINE + SHOW_CURSOR)
    process.off('exit', this.#showCursor)
  }

  /** Whole lines, above the live one. */
  print(text: string): void {
    if (this.#draw === undefined) {
      this.#stream.write(text)
      return
    }
    this.#stream.write(CLEAR_LINE + text)
    this.#redraw()
  }

  #redraw(): void {
    if (this.#draw === undefined) return
    this.#drawnMs = performance.now()
    const columns = this.#stream.columns || 80
    this.#stream.write(CLEAR_LINE + this.#draw(this.#frame++, columns - 1))
  }
}

import { fittedLine } from './fitted-line.ts'
import type { Style } from './style.ts'
import { forTerminal } from './visible.ts'

/** Lines at the end of a terminal that are drawn again in their place. */
export interface LiveBlock {
  readonly columns: number
  readonly rows: number
  /** Each line is cut to the screen; more lines than it has are left out from the end. */
  draw(lines: readonly string[]): void
  /** The last drawing stays, and what comes next stands below it. */
  end(): void
}

/** What a terminal is taken for that says it has 0 columns or rows. */
const FALLBACK = { columns: 80, rows: 24 }

const CLEAR_LINE = '\u001B[2K'
const LINE_START = '\u001B[G'
const CLEAR_BELOW = '\u001B[J'
const CLEAR_SCREEN = '\u001B[2J\u001B[H'

/** `onResize` draws again: what was there is broken over other lines, and cleared before. */
export function liveBlock(
  stream: NodeJS.WriteStream,
  style: Style,
  onResize: () => void,
): LiveBlock {
  let drawn = 0
  let isResized = false
  const resized = (): void => {
    isResized = true
    onResize()
  }
  stream.on('resize', resized)
  return {
    get columns() {
      return stream.columns || FALLBACK.columns
    },
    get rows() {
      return stream.rows || FALLBACK.rows
    },
    draw(lines) {
      // The last column is left free: some terminals break the line there already. After the last line
      // stands the cursor, where a terminal shows `^C`.
      const width = Math.max(1, this.columns - 1)
      const fitting = lines.slice(0, Math.max(1, this.rows - 1))
      const text = fitting.map((line, i) => {
        const room = i === fitting.length - 1 ? Math.max(1, width - 2) : width
        return CLEAR_LINE + forTerminal(fittedLine(line, room, style), style)
      })
      const up = drawn > 1 ? `\u001B[${drawn - 1}A` : ''
      const start = isResized ? CLEAR_SCREEN : `${up}${LINE_START}`
      isResized = false
      drawn = fitting.length
      stream.write(`${start}${text.join('\n')}${CLEAR_BELOW}`)
    },
    end() {
      stream.off('resize', resized)
      if (drawn > 0) stream.write('\n')
      drawn = 0
    },
  }
}

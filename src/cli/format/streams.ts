import { once } from 'node:events'
import { liveBlock, type LiveBlock } from './live-block.ts'
import type { Style } from './style.ts'
import { forTerminal, unmarked } from './visible.ts'

/** Stdout as commands see it: the answer and nothing else goes here. */
export interface Output {
  readonly isTerminal: boolean
  /** Screen width; Infinity where nothing has to fit. */
  readonly columns: number
  /** Screen lines, where there is a screen. */
  readonly rows?: number | undefined
  readonly style: Style
  /** Resolves when the text is handed on, so that a slow reader slows the writer. */
  write(text: string | Uint8Array): Promise<void>
  /** Lines that are drawn again in place; only a terminal that can move its cursor has them. */
  liveBlock?(onResize: () => void): LiveBlock
  /** Called when the command is done; only what holds text back has it. */
  end?(): Promise<void>
}

/** Where a terminal does not say how wide it is, or says 0. */
export const FALLBACK_COLUMNS = 80

export function outputOf(
  stream: NodeJS.WriteStream,
  style: Style,
  columns: number | undefined,
  isDumb = false,
): Output {
  const isTerminal = stream.isTTY === true
  return {
    isTerminal,
    rows: isTerminal ? stream.rows : undefined,
    columns: columns ?? (isTerminal ? stream.columns || FALLBACK_COLUMNS : Infinity),
    style,
    ...(isTerminal && !isDumb
      ? { liveBlock: (onResize: () => void) => liveBlock(stream, style, onResize) }
      : {}),
    async write(text) {
      const bytes = isTerminal && typeof text !== 'string' ? new TextDecoder().decode(text) : text
      const fitting = typeof bytes === 'string' ? fittingText(bytes, stream, style) : bytes
      if (!stream.write(fitting)) await once(stream, 'drain')
    },
  }
}

/** The same for lines beside the answer: a writer of a stream that is not waited for. */
export function writerOf(stream: NodeJS.WriteStream, style: Style): (text: string) => void {
  return (text) => stream.write(fittingText(text, stream, style))
}

/** A terminal is protected from what it is told; files and pipes get the exact text. */
function fittingText(text: string, { isTTY }: NodeJS.WriteStream, style: Style): string {
  if (isTTY) return forTerminal(text, style)
  return style.colored ? unmarked(text) : text
}

/** A reader that closes its pipe early, as `head` does, ends the program quietly; an answer that does
 *  not fit on its disk ends it with a word about that. `status` is the exit status of the latter. */
export function exitOnLostOutput(
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
  status: number,
): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    stderr.write(`✗ The answer could not be written to its end: ${error.message}\n`)
    process.exit(status)
  })
  // What cannot be said cannot be complained about either.
  stderr.on('error', () => process.exit(0))
}

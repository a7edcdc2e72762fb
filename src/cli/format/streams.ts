import { once } from 'node:events'
import type { Style } from './style.ts'

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
}

export function outputOf(
  stream: NodeJS.WriteStream,
  style: Style,
  columns: number | undefined,
): Output {
  const isTerminal = stream.isTTY === true
  return {
    isTerminal,
    rows: isTerminal ? stream.rows : undefined,
    columns: columns ?? (isTerminal ? (stream.columns ?? 80) : Infinity),
    style,
    async write(text) {
      if (!stream.write(text)) await once(stream, 'drain')
    },
  }
}

/** A reader that closes its pipe early, as `head` does, ends the program quietly. */
export function exitQuietlyOnClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

/** Lines beside the answer, which can be made to wait for it. */
export interface HeldNotes {
  write(text: string): void
  /** From now on lines wait. */
  hold(): void
  /** Those that waited are written, and later ones at once. */
  release(): void
}

export function heldNotes(write: (text: string) => void): HeldNotes {
  let waiting: string[] | undefined
  return {
    write(text) {
      if (waiting === undefined) write(text)
      else waiting.push(text)
    },
    hold() {
      waiting ??= []
    },
    release() {
      for (const text of waiting ?? []) write(text)
      waiting = undefined
    },
  }
}

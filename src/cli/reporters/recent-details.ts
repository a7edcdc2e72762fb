/** Details kept for a phase that may fail. */
const MAX_KEPT = 20

/** What `detail` said while it was not shown; printed when the phase it belongs to fails. */
export class RecentDetails {
  #lines: string[] = []

  add(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length > MAX_KEPT) this.#lines.shift()
  }

  /** A phase begins: what was said before it explains nothing. */
  clear(): void {
    this.#lines = []
  }

  take(): readonly string[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }
}

import { QwError } from '../errors.ts'

/** Steps that a query may take in one split, at 5 to 10 ns each: what keeps hundreds of wildcards, or a
 *  phrase of a thousand common words, from holding up everything else. One pattern over three million
 *  terms is well inside. */
const SPLIT_WORK_LIMIT = 200_000_000

/** What is left for one query in one split. Counts work, not time, so that an answer never depends on
 *  the machine. */
export class WorkBudget {
  readonly #limit: number
  #left: number

  constructor(limit = SPLIT_WORK_LIMIT) {
    this.#limit = limit
    this.#left = limit
  }

  /** Throws `tooLarge` naming the field once all is spent. */
  spend(steps: number, path: string): void {
    this.#left -= steps
    if (this.#left >= 0) return
    throw new QwError(
      'tooLarge',
      `the query takes more than SPLIT_WORK_LIMIT=${this.#limit} steps in one split, the last of them on \`${path}\``,
      {
        code: 'QUERY-LIMIT',
        fix: 'ask for fewer wildcards, regexes, ranges or phrases at once, or begin the patterns with more letters',
      },
    )
  }
}

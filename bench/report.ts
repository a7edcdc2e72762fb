/*
 * What `npm run bench` finds: the values that `--json` writes, `--compare` reads again and
 * the document of the figures shows. Every part, the peers too, hands these over and prints nothing of them.
 */

/** Of one measured number; `ns/value`: nanoseconds for each value that a kernel goes through; `count`: of
 *  what the row names. */
export type Unit =
  | 'ns/value'
  | 'ms'
  | 's'
  | 'CPU s'
  | 'MB'
  | 'kB'
  | 'bytes/doc'
  | 'requests'
  | 'rounds'
  | 'USD'
  | 'x'
  | '/s'
  | 'count'

/** The middle of `runs` measurements with the least and the greatest of them. */
export interface Sample {
  readonly value: number
  readonly min: number
  readonly max: number
  readonly runs: number
}

export interface BenchRow extends Sample {
  /** Says what is measured to whoever compares: never changed for the same measure. */
  readonly id: string
  readonly measure: string
  readonly unit: Unit
  /** What of it a processor worked, in the same unit: other work on the machine does not lengthen it. */
  readonly cpu?: number
  /** The least of it over the runs, which is what a busy machine disturbs least. */
  readonly cpuMin?: number
  readonly must?: number
  readonly aim?: number
  /** Which documents: `sales-2m`, `hdfs-20m`; absent where there are none. */
  readonly dataset?: string
  /** Whether more is better; else less is. */
  readonly better?: 'more'
}

export interface BenchSection {
  readonly title: string
  readonly rows: readonly BenchRow[]
}

/** The same measure of another program: `id` is that of our row. */
export interface PeerRow extends Sample {
  readonly id: string
  /** What is not quite the same measure, to be said beside it. */
  readonly note?: string
}

export interface PeerReport {
  readonly name: string
  readonly version?: string
  /** Why it was not run; it then has no rows. */
  readonly absent?: string
  /** What to know beside its figures: threads, what it is not asked, whose clock. */
  readonly manner?: string
  readonly rows: readonly PeerRow[]
  /** How it ended before its time, a sentence each. */
  readonly failures?: readonly string[]
  /** What it answers otherwise than this program, a sentence each: that was not timed. */
  readonly differs?: readonly { readonly id: string; readonly differences: readonly string[] }[]
}

/** What a part hands over. */
export interface PartResult {
  readonly sections: readonly BenchSection[]
  readonly peers?: readonly PeerReport[]
}

export interface Machine {
  readonly cpuModel: string
  readonly cores: number
  readonly memoryBytes: number
  readonly platform: string
  /** Of the benchmark's processes: below 0 they go before others, from -20 on; above, behind. */
  readonly niceness: number
  /** Processes that wanted a core, mean of a minute: before and after. */
  readonly load: readonly [number, number]
  /** Cores that processes of others had meanwhile, on average; absent where the system does not tell. */
  readonly othersCores?: number
}

export interface BenchReport extends Required<PartResult> {
  /** ISO 8601. */
  readonly takenAt: string
  readonly versions: { readonly qwLambda: string; readonly node: string; readonly v8: string }
  /** Null outside a git repository. */
  readonly commit: { readonly id: string; readonly dirty: boolean } | null
  readonly machine: Machine
}

/** Where a row stands against its bounds; `met` also without any. */
export type Standing = 'short of must' | 'short of aim' | 'met'

export function standingOf({ value, must, aim, better }: BenchRow): Standing {
  const misses = (bound: number | undefined): boolean =>
    bound !== undefined && (better === 'more' ? value < bound : value > bound)
  if (misses(must)) return 'short of must'
  return misses(aim) ? 'short of aim' : 'met'
}

const ORDER: readonly Standing[] = ['short of must', 'short of aim', 'met']

/** What falls short first, else as measured. */
export function shortFirst(rows: readonly BenchRow[]): BenchRow[] {
  const rank = (row: BenchRow): number => ORDER.indexOf(standingOf(row))
  return rows.toSorted((a, b) => rank(a) - rank(b))
}

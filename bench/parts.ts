import type { PartName } from './options.ts'
import type { PartResult } from './report.ts'

export interface BenchContext {
  /** Of the repository, and of the program that is measured: its `bin` and `dist`. */
  readonly root: string
  readonly program: string
  /** Documents and indexes that are made once. */
  readonly cache: string
  /** Programs with the same one make the same indexes. */
  readonly fingerprint: string
  /** Node's own options, for processes that a part starts. */
  readonly nodeArgs: readonly string[]
  readonly settings: Readonly<Record<string, number>>
  readonly large: boolean
  /** Text of the ids or names of the rows that are measured. */
  readonly only?: string | undefined
  /** Quickwit's binary. */
  readonly quickwit?: string | undefined
}

/** Each runs in a process of its own. */
export interface BenchPart extends PartName {
  /** Nothing of the year, whose figures have a document of their own. */
  readonly run: (context: BenchContext) => Promise<PartResult | void>
}

/** What the two minutes are for, in this order. */
export const DEFAULT_PARTS: readonly string[] = ['indexing', 'searching', 'http', 'cold']

export const PARTS: readonly BenchPart[] = [
  {
    name: 'indexing',
    what: '100,000 documents in a cold process, and two million of each set',
    settings: ['docs'],
    run: async (context) => await (await import('./indexing.ts')).benchIndexing(context),
  },
  {
    name: 'searching',
    what: 'searches over two million documents, warm',
    settings: ['docs'],
    takesOnly: true,
    run: async (context) => await (await import('./searching.ts')).benchSearching(context),
  },
  {
    name: 'http',
    what: 'searches on `serve`, over all its threads, and what HTTP adds',
    settings: ['docs'],
    run: async (context) => await (await import('./http.ts')).benchHttp(context),
  },
  {
    name: 'peers',
    what: 'the same documents and searches in other programs, where they are here',
    settings: ['docs'],
    run: async (context) => await (await import('./peers/peers.ts')).benchPeers(context),
  },
  {
    name: 'kernels',
    what: 'the loops that searches spend their time in, each by itself',
    takesOnly: true,
    run: async ({ only }) => await (await import('./kernels.ts')).benchKernels(only),
  },
  {
    name: 'cold',
    what: 'searches over a model of S3: time, requests, bytes, rounds, dollars; docs=20000000 for the large indexes, too',
    settings: ['docs'],
    run: async ({ cache, settings }) =>
      await (await import('./cold.ts')).benchCold(cache, settings),
  },
  {
    name: 'merging',
    what: 'ten batches merged into one, with its memory',
    run: async ({ nodeArgs }) => (await import('./merging.ts')).benchMerging(nodeArgs),
  },
  {
    name: 'cli',
    what: 'whole processes of the command line, as a user waits for them',
    run: async ({ program }) => await (await import('./cli.ts')).benchCli(program),
  },
  {
    name: 'fan-out',
    what: 'searches handed out, on paper: time and price up to 10 TB',
    run: async () => (await import('./fan-out.ts')).benchFanOut(),
  },
  {
    name: 'page',
    what: 'the web page in a headless Chromium',
    run: async ({ program }) => await (await import('./page.ts')).benchPage(program),
  },
  {
    name: 'load',
    what: 'two minutes of 200 searches and 4 ingests at once on `serve`',
    settings: ['searches', 'ingests', 'seconds'],
    run: async ({ program, settings }) =>
      await (await import('./load.ts')).benchLoad(program, settings),
  },
  {
    name: 'large-logs',
    what: '1 GB of access logs from `init` to the end',
    run: async ({ program, cache }) =>
      await (await import('./large-logs.ts')).benchLargeLogs(program, cache),
  },
  {
    name: 'year',
    what: 'a year of batches by a clock of its own; counts alone, which it prints and keeps in docs/YEAR.md',
    settings: ['docs', 'days'],
    run: async ({ root, settings }) => await (await import('./year.ts')).benchYear(root, settings),
  },
  {
    name: 'erase',
    what: 'one task erased from two million HDFS-shaped lines; docs=20000000 is what its aim is about',
    settings: ['docs'],
    run: async ({ cache, settings }) =>
      await (await import('./erase.ts')).benchErase(cache, settings),
  },
]

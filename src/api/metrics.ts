import type { Metastore } from '../engine/metastore/metastore.ts'
import { publishedSplits } from '../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../engine/metastore/split-record.ts'

type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** Requests of one API since its start, by status class: what a dashboard draws first. */
export class RequestMetrics {
  readonly #byClass = new Map<string, { count: number; seconds: number }>()

  count(status: number, elapsedMs: number): void {
    const name = `${Math.floor(status / 100)}xx`
    const seen = this.#byClass.get(name) ?? { count: 0, seconds: 0 }
    seen.count++
    seen.seconds += elapsedMs / 1000
    this.#byClass.set(name, seen)
  }

  /** In the text format of Prometheus. Reads the metadata of every index. */
  async text(metastore: Metastore): Promise<string> {
    const files = await metastore.listIndexes(['*'])
    const ofIndexes = files.map((file) => {
      const splits = publishedSplits(file)
      const docs = splits.reduce((sum, split) => sum + split.docCount, 0)
      const bytes = splits.reduce((sum, split) => sum + splitSizeBytes(split), 0)
      return { labels: { index: file.metadata.indexId }, splits: splits.length, docs, bytes }
    })
    const requests = [...this.#byClass].map(([status, seen]) => ({ labels: { status }, ...seen }))
    const of = <T extends { labels: Labels }>(all: readonly T[], value: (one: T) => number) =>
      all.map((one) => ({ labels: one.labels, value: value(one) }))
    const { rss, heapUsed } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    const here = (value: number): Sample[] => [{ labels: {}, value }]
    return [
      family('qwl_indexes', 'gauge', 'Indexes.', here(files.length)),
      family(
        'qwl_docs',
        'gauge',
        'Published documents.',
        of(ofIndexes, ({ docs }) => docs),
      ),
      family(
        'qwl_splits',
        'gauge',
        'Published splits.',
        of(ofIndexes, ({ splits }) => splits),
      ),
      family(
        'qwl_split_bytes',
        'gauge',
        'Size of them.',
        of(ofIndexes, ({ bytes }) => bytes),
      ),
      family(
        'qwl_http_requests_total',
        'counter',
        'Answered.',
        of(requests, (r) => r.count),
      ),
      family(
        'qwl_http_seconds_total',
        'counter',
        'Spent on them.',
        of(requests, (r) => r.seconds),
      ),
      family('process_resident_memory_bytes', 'gauge', 'Memory.', here(rss)),
      family('nodejs_heap_used_bytes', 'gauge', 'Of the heap.', here(heapUsed)),
      family('process_cpu_seconds_total', 'counter', 'CPU time.', here((user + system) / 1e6)),
      family('process_uptime_seconds', 'gauge', 'Since the start.', here(process.uptime())),
    ].join('')
  }
}

// oxlint-disable-next-line max-params -- one line of a table
function family(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`)
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

import { publishedSplits } from '../../engine/metastore/index-metadata.ts'
import { splitSizeBytes } from '../../engine/metastore/split-record.ts'
import { runningServer } from '../../local/serve-lock.ts'
import { defineCommand } from '../command.ts'
import { formatDuration } from '../format/duration.ts'
import { formatBytes, plural } from '../format/number.ts'
import { currentLocalStack } from '../local-stacks.ts'

export const statusCommand = defineCommand({
  summary: 'one screen: health, data, freshness',
  options: {},
  async run(context) {
    const stack = await currentLocalStack(context)
    const file = await stack.readFile()
    const server = await runningServer(stack.folder)
    const files = await stack.indexing.metastore.listIndexes(['*'], context.signal)
    const nowMs = context.clock.nowMs()
    const indexes = files.map((index) => {
      const splits = publishedSplits(index)
      const newest = splits.reduce<number | undefined>((most, split) => {
        const end = split.timeRange?.endSeconds
        return end === undefined ? most : Math.max(most ?? -Infinity, end)
      }, undefined)
      const oldest = splits.reduce<number | undefined>((least, split) => {
        const start = split.timeRange?.startSeconds
        return start === undefined ? least : Math.min(least ?? Infinity, start)
      }, undefined)
      return {
        id: index.metadata.indexId,
        docs: splits.reduce((sum, split) => sum + split.docCount, 0),
        splits: splits.length,
        bytes: splits.reduce((sum, split) => sum + splitSizeBytes(split), 0),
        min_ts: oldest ?? null,
        max_ts: newest ?? null,
        lag_s: newest === undefined ? null : Math.max(0, Math.round(nowMs / 1_000 - newest)),
        last_run: index.runs[0],
      }
    })
    const { generator } = file
    if (context.format === 'json') {
      const document = {
        schema: 'qw-lambda/status/1',
        deployment: { name: stack.name, target: 'local', folder: stack.folder, serving: server?.url ?? null },
        indexes: indexes.map(({ last_run: _, ...index }) => index),
        ingest: {
          last_run: indexes.find((index) => index.last_run !== undefined)?.last_run ?? null,
          generator: { state: generator.paused ? 'paused' : 'on', every_ms: generator.everyMs },
        },
        search: {},
        cost: { mtd_usd: 0, projected_usd: 0 },
        warnings: [],
      }
      return await context.out.write(`${JSON.stringify(document)}\n`)
    }
    const { paint } = context.out.style
    const lines = [
      `${paint.bold(stack.name)}  local  ${paint.dim(stack.folder)}`,
      `${'serving'.padEnd(10)}${server?.url ?? 'no (qw-lambda serve)'}`,
      ...indexes.map((index) => {
        const age = index.lag_s === null ? 'no time' : `newest ${formatDuration(index.lag_s * 1_000)} ago`
        return `${'index'.padEnd(10)}${index.id}: ${plural(index.docs, 'document')}, ${plural(index.splits, 'split')}, ${formatBytes(index.bytes)}, ${age}`
      }),
      ...(indexes.length === 0 ? [`${'index'.padEnd(10)}none yet (qw-lambda generator run)`] : []),
      `${'generator'.padEnd(10)}${generator.paused ? 'paused' : `every ${formatDuration(generator.everyMs)} while serving`}, ${plural(generator.docsPerBatch, 'document')} a batch`,
    ]
    await context.out.write(`${lines.join('\n')}\n`)
  },
})

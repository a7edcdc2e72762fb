import { join } from 'node:path'
import { askChild } from './child.ts'
import type { Asked, Indexing, Peer } from './peer.ts'

/** This program by the same rules: a process of its own, the same file, a folder on the same disk. */
export function oursAsPeer(version: string, nodeArgs: readonly string[]): Peer {
  const script = join(import.meta.dirname, 'ours-process.mjs')
  const run = <T>(args: readonly string[], input?: unknown): Promise<T> =>
    askChild<T>(process.execPath, [...nodeArgs, script, ...args], input)
  return {
    name: 'qw-lambda',
    howToGet: '',
    manner:
      'the engine in a process of its own, over a folder, without the cache of partial results',
    find: async () => ({
      version,
      index: async ({ indexId, file }, folder) =>
        await run<Indexing>(['index', indexId, folder, file]),
      ask: async ({ indexId }, folder, asking) =>
        await run<Asked[]>(['ask', indexId, folder], asking),
    }),
  }
}

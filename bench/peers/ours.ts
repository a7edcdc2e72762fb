import { join } from 'node:path'
import { askChild } from './child.ts'
import type { Asked, Indexing } from './peer.ts'
import type { NamedPeer } from './side-by-side.ts'

/** This program by the same rules: a process of its own, the same file, a folder on the same disk. */
export function oursAsPeer(version: string, nodeArgs: readonly string[]): NamedPeer {
  const script = join(import.meta.dirname, 'ours-process.mjs')
  const run = <T>(args: readonly string[], input?: unknown): Promise<T> =>
    askChild<T>(process.execPath, [...nodeArgs, script, ...args], input)
  return {
    name: 'qw-lambda',
    version,
    index: async ({ indexId, file }, folder) =>
      await run<Indexing>(['index', indexId, folder, file]),
    ask: async ({ indexId }, folder, asking) =>
      await run<Asked[]>(['ask', indexId, folder], asking),
  }
}

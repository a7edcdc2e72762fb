import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { askChild } from './child.ts'
import type { Asked, Indexing, Peer } from './peer.ts'

/** More are more memory than a process of Node has by default. */
const DOCS_MAX = 100_000

export function minisearchPeer(root: string): Peer {
  const manifest = join(root, 'node_modules', 'minisearch', 'package.json')
  const script = join(import.meta.dirname, 'minisearch-process.mjs')
  const run = <T>(args: readonly string[], input?: unknown): Promise<T> =>
    askChild<T>(process.execPath, ['--expose-gc', script, ...args], input)
  return {
    name: 'MiniSearch',
    howToGet: 'npm ci',
    manner: `in the memory of one process, ${DOCS_MAX} documents; no phrases, no aggregations, no ranges alone; its bytes are of its heap`,
    docsMax: DOCS_MAX,
    async find() {
      if (!existsSync(manifest)) return undefined
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
      return {
        version,
        index: async ({ indexId, file }) => await run<Indexing>(['index', indexId, file]),
        ask: async ({ indexId, file }, _folder, asking) =>
          (await run<(Asked | null)[]>(['ask', indexId, file], asking)).map(
            (asked) => asked ?? undefined,
          ),
      }
    },
  }
}

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { JsonValue } from '../../src/engine/bytes/json.ts'
import { aggregationValues } from './answer.ts'
import { askChild } from './child.ts'
import type { Answer, Indexing, Peer } from './peer.ts'

/** As the Rust program answers it. */
interface TantivyAsked {
  readonly answer: Pick<Answer, 'count' | 'hits' | 'newestMs'> & {
    readonly aggregations: JsonValue
  }
  readonly timesMs: readonly number[]
}

/** The program of bench/peers/tantivy, built when it is first asked for: minutes. */
export function tantivyPeer(root: string, cache: string): Peer {
  const target = join(cache, 'tantivy')
  return {
    name: 'tantivy',
    howToGet: 'install Rust with cargo (rustup.rs); it is then built from crates.io',
    manner:
      'in process over mmap, two indexing threads, one for searching, the faster way to count',
    async find() {
      const manifest = join(root, 'bench', 'peers', 'tantivy', 'Cargo.toml')
      const build = ['build', '--release', '--locked', '--quiet', '--manifest-path', manifest]
      try {
        execFileSync('cargo', ['--version'], { stdio: 'ignore' })
      } catch {
        return undefined
      }
      execFileSync('cargo', [...build, '--target-dir', target], { stdio: 'inherit' })
      const program = join(target, 'release', 'bench-peer-tantivy')
      const { version } = await askChild<{ version: string }>(program, ['version'])
      return {
        // It names itself, and the format of its files.
        version: version.replace(/^tantivy v([^,]+).*/, '$1'),
        index: async ({ indexId, file }, folder) =>
          await askChild<Indexing>(program, ['index', indexId, file, folder]),
        async ask(_set, folder, asking) {
          const asked = await askChild<TantivyAsked[]>(program, ['ask', folder], asking)
          return asked.map(({ answer: { aggregations, ...answer }, timesMs }) => ({
            answer: { ...answer, ...aggregationValues(aggregations) },
            timesMs,
          }))
        },
      }
    },
  }
}

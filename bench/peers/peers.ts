import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readVersions } from '../machine.ts'
import type { BenchContext } from '../parts.ts'
import type { PartResult } from '../report.ts'
import { duckdbPeer } from './duckdb.ts'
import { minisearchPeer } from './minisearch.ts'
import { oursAsPeer } from './ours.ts'
import type { Peer } from './peer.ts'
import { peerReports, printSideBySide, sectionOf, type SetTable } from './peer-report.ts'
import { writePeerSets } from './peer-sets.ts'
import { quickwitPeer } from './quickwit.ts'
import { sideBySide, type NamedPeer } from './side-by-side.ts'
import { sqlitePeer } from './sqlite.ts'
import { tantivyPeer } from './tantivy.ts'

const DOCS = 2_000_000

/** The same documents and questions in this program and in others, whichever are here. */
export async function benchPeers(context: BenchContext): Promise<PartResult> {
  const { root, nodeArgs, settings, quickwit } = context
  const cache = join(root, 'node_modules', '.cache', 'peers')
  mkdirSync(cache, { recursive: true })
  const peers = [
    tantivyPeer(root, cache),
    quickwitPeer(quickwit),
    sqlitePeer(root),
    duckdbPeer(root, cache),
    minisearchPeer(root),
  ]
  const found = await findAll(peers)
  const ours = oursAsPeer(readVersions(root).qwLambda, nodeArgs)
  const docs = settings['docs'] ?? DOCS
  const folder = mkdtempSync(join(tmpdir(), 'qwl-peers-'))
  const tables: SetTable[] = []
  try {
    const sizes = new Set(found.map(({ docsMax = docs }) => Math.min(docs, docsMax)))
    for (const size of [...sizes].toSorted((a, b) => b - a)) {
      const asked = found.filter(({ docsMax = docs }) => Math.min(docs, docsMax) === size)
      tables.push(...(await compare(folder, size, [ours, ...asked])))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return { sections: tables.map(sectionOf), peers: peerReports(peers, found, tables) }
}

async function findAll(peers: readonly Peer[]): Promise<NamedPeer[]> {
  const found: NamedPeer[] = []
  for (const peer of peers) {
    const here = await peer.find()
    const { name, docsMax, manner, howToGet } = peer
    if (here === undefined) console.log(`\n${name} is not here: ${howToGet}`)
    else {
      console.log(`\n${name} ${here.version}: ${manner}`)
      found.push({ ...here, name, docsMax })
    }
  }
  return found
}

async function compare(
  folder: string,
  docs: number,
  peers: readonly NamedPeer[],
): Promise<SetTable[]> {
  const tables: SetTable[] = []
  console.log('')
  for (const set of writePeerSets(folder, docs)) {
    const table = { set, ...(await sideBySide(set, folder, peers)) }
    printSideBySide(table)
    tables.push(table)
    rmSync(set.file)
  }
  return tables
}

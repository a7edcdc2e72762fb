import { createDice } from './dice.ts'

/** The first line's time, and the most seconds to the next. */
const FIRST_SECONDS = Date.UTC(2008, 10, 9, 20, 30) / 1_000
const SERVICES = 28
const TENANTS = 50

type Pick = (below: number) => number

interface Kind {
  /** How many of a thousand lines are such. */
  readonly share: number
  readonly severity: 'INFO' | 'WARN' | 'ERROR'
  readonly class: string
  body(pick: Pick): string
}

// Shares as in the log set of LogHub that the shape is taken from.
const KINDS: readonly Kind[] = [
  {
    share: 316,
    severity: 'INFO',
    class: 'dfs.FSNamesystem',
    body: (pick) =>
      `BLOCK* NameSystem.addStoredBlock: blockMap updated: ${address(pick)}:50010 is added to ${block(pick)} size ${1 + pick(67_108_864)}`,
  },
  {
    share: 156,
    severity: 'INFO',
    class: 'dfs.DataNode$PacketResponder',
    body: (pick) => `PacketResponder ${pick(3)} for block ${block(pick)} terminating`,
  },
  {
    share: 147,
    severity: 'INFO',
    class: 'dfs.DataNode$PacketResponder',
    body: (pick) =>
      `Received block ${block(pick)} of size ${1 + pick(67_108_864)} from /${address(pick)}`,
  },
  {
    share: 146,
    severity: 'INFO',
    class: 'dfs.DataNode$DataXceiver',
    body: (pick) =>
      `Receiving block ${block(pick)} src: /${address(pick)}:${40_000 + pick(20_000)} dest: /${address(pick)}:50010`,
  },
  {
    share: 131,
    severity: 'INFO',
    class: 'dfs.FSDataset',
    body: (pick) =>
      `Deleting block ${block(pick)} file /mnt/hadoop/dfs/data/current/subdir${pick(64)}/${block(pick)}`,
  },
  {
    share: 54,
    severity: 'INFO',
    class: 'dfs.FSNamesystem',
    body: (pick) =>
      `BLOCK* NameSystem.allocateBlock: /user/root/rand/_temporary/_task_2008111${pick(10)}_000${pick(10)}_m_00${100 + pick(900)}_0/part-00${100 + pick(900)}. ${block(pick)}`,
  },
  {
    share: 40,
    severity: 'WARN',
    class: 'dfs.DataNode$DataXceiver',
    body: (pick) =>
      `${address(pick)}:50010:Got exception while serving ${block(pick)} to /${address(pick)}:`,
  },
  {
    share: 9,
    severity: 'INFO',
    class: 'dfs.DataBlockScanner',
    body: (pick) => `Verification succeeded for ${block(pick)}`,
  },
  {
    share: 1,
    severity: 'ERROR',
    class: 'dfs.DataNode',
    body: (pick) => `Block ${block(pick)} is not valid, cannot find block in volumeMap`,
  },
]

/** `count` log lines as NDJSON documents, in order of time, the same for the same seed; lines of
 *  consecutive batches follow each other. About 260 bytes a line. */
export function hdfsLines(batch: number, count: number): string {
  const dice = createDice(batch + 1)
  const pick: Pick = (below) => Math.floor(dice() * below)
  const kinds = KINDS.flatMap((kind) => Array<Kind>(kind.share).fill(kind))
  const lines: string[] = []
  for (let i = 0; i < count; i++) {
    const kind = kinds[pick(kinds.length)] as Kind
    const seconds = FIRST_SECONDS + Math.floor((batch * count + i) / 20)
    lines.push(
      `{"timestamp":${seconds},"severity_text":"${kind.severity}","body":"${kind.body(pick)}","resource":{"service":"datanode/${two(pick(SERVICES))}"},"attributes":{"class":"${kind.class}"},"tenant_id":${pick(TENANTS)}}\n`,
    )
  }
  return lines.join('')
}

function block(pick: Pick): string {
  return `blk_${pick(2) === 0 ? '' : '-'}${1 + pick(9_223)}${String(pick(1e15)).padStart(15, '0')}`
}

function address(pick: Pick): string {
  return `10.25${pick(2)}.${pick(256)}.${pick(256)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

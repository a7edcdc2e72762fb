import { join } from 'node:path'
import { askChild } from './child.ts'
import type { Asked, FoundPeer, Indexing, PeerSet } from './peer.ts'
import { sqlQuestion, type SqlDialect, type SqlRow } from './sql-question.ts'
import { folderBytes } from './folder-bytes.ts'

interface Statement {
  readonly sql: string
  /** Once for every line of the file. */
  readonly eachLine?: true
}

export interface SqlEngine {
  readonly name: 'sqlite' | 'duckdb'
  readonly dialect: SqlDialect
  /** Until everything is found, and until it lies as it will be asked. */
  steps(set: PeerSet): {
    readonly searchable: readonly Statement[]
    readonly whole: readonly Statement[]
  }
  /** Before the first question. */
  readonly setup: readonly string[]
}

/** An engine behind one of `pythons`, the first that has it; undefined where none does. */
export async function findSqlEngine(
  root: string,
  pythons: readonly string[],
  engine: SqlEngine,
): Promise<FoundPeer | undefined> {
  const { name, dialect, setup } = engine
  const script = join(root, 'bench', 'peers', 'sql.py')
  for (const python of pythons) {
    const run = <T>(args: readonly string[], input?: unknown): Promise<T> =>
      askChild<T>(python, [script, name, ...args], input)
    const found = await run<{ version: string }>(['version']).catch(() => undefined)
    if (found === undefined) continue
    return {
      version: found.version,
      async index(set, folder) {
        const database = join(folder, name)
        const indexing = await run<Omit<Indexing, 'bytes'>>(
          ['index', database, set.file],
          engine.steps(set),
        )
        return { ...indexing, bytes: folderBytes(folder) }
      },
      async ask(set, folder, { questions, ...timing }) {
        const inSql = questions.map((question) => sqlQuestion(set, question, dialect))
        const statements = inSql.map((question) => question.statements)
        const input = { setup, questions: statements, ...timing }
        const asked = await run<SqlAsked[]>(['ask', join(folder, name)], input)
        return asked.map(({ results, timesMs }, i): Asked | undefined => {
          const answer = inSql[i]?.answer(results)
          return answer && { answer, timesMs }
        })
      },
    }
  }
  return undefined
}

interface SqlAsked {
  readonly results: readonly (readonly SqlRow[])[]
  readonly timesMs: readonly number[]
}

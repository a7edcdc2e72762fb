import { join, relative } from 'node:path'
import type { Peer } from './peer.ts'
import { findSqlEngine, type SqlEngine } from './sql-process.ts'
import { quoted, SQL_SETS, whereOf } from './sql-question.ts'

/** The version that the figures are of. */
const PACKAGE = 'duckdb==2.0.1'

export function duckdbPeer(root: string, cache: string): Peer {
  const python = join(cache, 'python', 'bin', 'python')
  const here = relative(root, join(cache, 'python'))
  return {
    name: 'DuckDB',
    howToGet: `python3 -m venv ${here} && ${here}/bin/python -m pip install ${PACKAGE}`,
    manner:
      'two threads; text by a regular expression over the column, for want of an index of words; driven from Python',
    find: async () => await findSqlEngine(root, [python, 'python3'], DUCKDB),
  }
}

const DUCKDB: SqlEngine = {
  name: 'duckdb',
  setup: ['SET threads = 2'],
  steps({ indexId, file }) {
    const { columns } = SQL_SETS[indexId]
    const typed = Object.entries(columns).map(([name, type]) => `${name}: ${quoted(type)}`)
    const read = `read_json(${quoted(file)}, format = 'newline_delimited', columns = {${typed.join(', ')}})`
    return {
      searchable: [{ sql: 'SET threads = 2' }, { sql: `CREATE TABLE docs AS FROM ${read}` }],
      whole: [{ sql: 'CHECKPOINT' }],
    }
  },
  dialect: {
    matching({ set, texts, conditions }) {
      const words = texts.map(
        (text) => `regexp_matches(docs.${set.text}, ${quoted(wordsPattern(text))})`,
      )
      return `FROM docs${whereOf([...words, ...conditions])}`
    },
    percentiles(field, percents) {
      const shares = percents.map((percent) => percent / 100)
      return [`SELECT approx_quantile(${field}, [${shares.join(', ')}]) FROM docs`]
    },
  },
}

/** Words one after the other, whatever stands between them, as a tokenizer sees them. */
function wordsPattern(text: string): string {
  const words = text.toLowerCase().split(/[^a-z0-9]+/)
  return `(?i)(?:^|[^a-z0-9])${words.join('[^a-z0-9]+')}(?:$|[^a-z0-9])`
}

import type { Peer, PeerSet } from './peer.ts'
import { findSqlEngine, type SqlEngine } from './sql-process.ts'
import { quoted, SQL_SETS, whereOf } from './sql-question.ts'

export function sqlitePeer(root: string): Peer {
  return {
    name: 'SQLite FTS5',
    howToGet: 'install Python 3 with its sqlite3 module',
    manner: 'one thread; an index for each field that ours indexes; driven from Python',
    find: async () => await findSqlEngine(root, ['python3'], SQLITE),
  }
}

/** What is looked up by value has an index; no positions are kept where ours keeps none. */
const INDEXED: Readonly<Record<PeerSet['indexId'], readonly string[]>> = {
  'mock-sales': ['ts', 'price', 'quantity'],
  'hdfs-logs': ['timestamp', 'tenant_id', 'severity_text'],
}
const DETAIL: Readonly<Record<PeerSet['indexId'], string>> = {
  'mock-sales': 'none',
  'hdfs-logs': 'full',
}

const SQLITE: SqlEngine = {
  name: 'sqlite',
  setup: ['PRAGMA cache_size = -262144', 'PRAGMA mmap_size = 4294967296'],
  steps({ indexId }) {
    const { columns, text } = SQL_SETS[indexId]
    const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
    const values = Object.keys(columns).map((name) => `json_extract(?1, '$.${name}')`)
    const searchable = [
      'PRAGMA journal_mode = OFF',
      'PRAGMA synchronous = OFF',
      'PRAGMA cache_size = -262144',
      `CREATE TABLE docs (${typed.join(', ')})`,
      `CREATE VIRTUAL TABLE words USING fts5(${text}, content = docs, columnsize = 0, detail = ${DETAIL[indexId]})`,
      'BEGIN',
    ]
    const load = `INSERT INTO docs SELECT ${values.join(', ')}`
    const then = [
      `INSERT INTO words (words) VALUES ('rebuild')`,
      ...INDEXED[indexId].map((field) => `CREATE INDEX by_${field} ON docs (${field})`),
      'COMMIT',
    ]
    return {
      searchable: [
        ...searchable.map((sql) => ({ sql })),
        { sql: load, eachLine: true },
        ...then.map((sql) => ({ sql })),
      ],
      whole: [{ sql: `INSERT INTO words (words) VALUES ('optimize')` }, { sql: 'ANALYZE' }],
    }
  },
  dialect: {
    matching({ texts, conditions, counted }) {
      if (texts.length === 0) return `FROM docs${whereOf(conditions)}`
      const words = texts.map((text) => `"${text.replaceAll('"', '""')}"`).join(' AND ')
      const match = `words MATCH ${quoted(words)}`
      if (counted && conditions.length === 0) return `FROM words WHERE ${match}`
      return `FROM words JOIN docs ON docs.rowid = words.rowid${whereOf([match, ...conditions])}`
    },
    /** By rank, along the field's index. */
    percentiles: (field, percents, docs) =>
      percents.map((percent) => {
        const rank = Math.floor((percent / 100) * (docs - 1))
        return `SELECT ${field} FROM docs ORDER BY ${field} LIMIT 1 OFFSET ${rank}`
      }),
  },
}

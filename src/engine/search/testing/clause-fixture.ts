import type { JsonObject } from '../../bytes/json.ts'
import { splitKey } from '../../metastore/layout.ts'
import type { Query } from '../../query/query.ts'
import type { FieldRef, ValueType } from '../../schema/value-type.ts'
import { planClause } from '../clauses/plan-clause.ts'
import { toList } from '../doc-set.ts'
import { openSplit, type FetchedSplit } from '../fetch.ts'
import type { Need } from '../needs.ts'
import { ScoreSink } from '../scores.ts'
import { EXACT_READS, SearchFixture } from './search-fixture.ts'

/** One field for each way in which a clause may be answered. */
const MAPPING: JsonObject = {
  index_field_presence: true,
  field_mappings: [
    { name: 'body', type: 'text', record: 'position', fieldnorms: true },
    { name: 'code', type: 'text', tokenizer: 'raw' },
    { name: 'size', type: 'i64' },
    { name: 'price', type: 'f64', fast: true },
    { name: 'tag', type: 'text', indexed: false, fast: true },
  ],
}

/** Irregular, as the gaps of a regular list take no bits. */
export function clauseSize(doc: number): number {
  return (doc * doc) % 13
}

/** Documents 0 to 999 of the split: enough for posting lists that stand outside the dictionary. */
function clauseDoc(doc: number): string {
  const color = doc % 3 === 0 ? 'red' : 'blue'
  const verb = doc % 7 === 0 ? 'jumps high' : 'sits'
  return JSON.stringify({
    body: `${'the '.repeat(doc % 4)}${color} fox ${verb}`,
    code: `${color}-${doc % 11}`,
    size: clauseSize(doc),
    ...(doc % 5 === 0 ? { price: doc / 4 } : {}),
    tag: `t${doc % 4}`,
  })
}

export const CLAUSE_DOCS = 1000

/** What one clause needed of the split and what it found there. */
interface ClauseRun {
  /** `part path`, each once, as listed. */
  readonly first: readonly string[]
  readonly second: readonly string[]
  readonly docs: readonly number[]
  /** Parallel to `docs`. */
  readonly scores: readonly number[]
  readonly terms: Readonly<Record<string, number>>
}

/** One cold split of CLAUSE_DOCS documents, and single clauses run on it. */
export class ClauseFixture {
  readonly #fixture: SearchFixture

  private constructor(fixture: SearchFixture) {
    this.#fixture = fixture
  }

  static async create(): Promise<ClauseFixture> {
    const fixture = await SearchFixture.create(MAPPING)
    await fixture.addSplit(Array.from({ length: CLAUSE_DOCS }, (_, doc) => clauseDoc(doc)))
    return new ClauseFixture(fixture)
  }

  async open(): Promise<FetchedSplit> {
    this.#fixture.forget()
    const { store, caches } = this.#fixture.context
    const [record] = await this.#fixture.splits()
    if (record === undefined) throw new Error('the split is published when the fixture is made')
    const place = { key: splitKey('events', record.splitId), footer: record.footer }
    const split = await openSplit(place, { store, caches, readSizes: EXACT_READS }, undefined)
    this.#fixture.store.reset()
    return split
  }

  /** Throws when the store was asked for anything but the clause's needs, each of them once. */
  async run(query: Query, scored = false): Promise<ClauseRun> {
    const split = await this.open()
    const clause = planClause(query, split.footer, scored)
    const first = clause.firstNeeds()
    await split.fetch(first, undefined)
    const isEmpty = clause.isEmpty(split)
    const second = isEmpty ? [] : clause.secondNeeds(split)
    await split.fetch(second, undefined)
    this.#checkRequests([...first, ...second])
    const matches = isEmpty ? { kind: 'none' as const } : clause.matches(split)
    const sink = new ScoreSink(toList(matches, CLAUSE_DOCS), CLAUSE_DOCS)
    if (scored) clause.score(split, sink, 1)
    const terms: Record<string, number> = {}
    clause.termFrequencies(split, (path, term, docCount) => {
      terms[`${path}:${Buffer.from(term).toString()}`] = docCount
    })
    return {
      first: namesOf(first),
      second: namesOf(second),
      docs: [...sink.docs],
      scores: [...sink.scores],
      terms,
    }
  }

  #checkRequests(needs: readonly Need[]): void {
    const wanted = new Set(needs.map(({ start, end }) => `${start}..${end}`))
    const asked = this.#fixture.store.requests.map(({ range }) => `${range?.start}..${range?.end}`)
    const print = (ranges: Iterable<string>): string => [...ranges].sort().join(', ')
    if (print(asked) !== print(wanted)) {
      throw new Error(`needed ${print(wanted)}, but asked for ${print(asked)}`)
    }
  }
}

function namesOf(needs: readonly Need[]): string[] {
  return [
    ...new Set(needs.map((need) => ('path' in need ? `${need.part} ${need.path}` : need.part))),
  ]
}

/** The documents of the split that pass. */
export function docsWhere(matches: (doc: number) => boolean): number[] {
  return Array.from({ length: CLAUSE_DOCS }, (_, doc) => doc).filter(matches)
}

export function ref(path: string, type: ValueType = 'str'): FieldRef {
  return { path, type }
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function term(path: string, text: string): Query {
  return { kind: 'term', field: ref(path), term: utf8(text) }
}

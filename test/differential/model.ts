import type { Choices } from './random.ts'

/** What a random document is made of, before it is JSON. Dates are milliseconds. */
export type ModelValue = string | boolean | number | bigint
/** By path: the values of a field in one document, in order. */
export type ModelDoc = ReadonlyMap<string, readonly ModelValue[]>

export type FieldKind = 'i64' | 'u64' | 'f64' | 'bool' | 'date' | 'ip' | 'raw' | 'text' | 'open'

/** One field of a random mapping. */
export interface ModelField {
  readonly path: string
  readonly kind: FieldKind
  readonly fast: boolean
  readonly indexed: boolean
  readonly array: boolean
  /** Whether the index keeps which documents have the field: the same for all fields of an index. */
  readonly presence: boolean
  readonly share: number
  /** Values are drawn from these, so that they repeat and queries hit. */
  readonly pool: readonly ModelValue[]
}

const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'omega', 'al', 'bet', '42', 'x7']
export const FIRST_MS = Date.UTC(2023, 10, 14)
const DAY_MS = 86_400_000

const POOLS: Record<FieldKind, (choices: Choices) => ModelValue> = {
  i64: (c) =>
    c.of<ModelValue>([
      c.between(-5, 5),
      c.between(-1e6, 1e6),
      BigInt(c.between(-9, 9)) * 10n ** 18n,
      -(2n ** 63n),
      2n ** 63n - 1n,
    ]),
  u64: (c) =>
    c.of<ModelValue>([
      c.between(0, 9),
      c.between(0, 9),
      c.between(0, 1e5),
      2n ** 53n + BigInt(c.below(5)),
      2n ** 64n - 1n - BigInt(c.below(3)),
    ]),
  f64: (c) => c.of([c.between(-40, 40) / 4, c.between(0, 9), c.between(0, 1e6) / 8]),
  bool: (c) => c.chance(0.5),
  date: (c) => FIRST_MS + c.below(6) * DAY_MS + c.of([0, c.below(DAY_MS), c.below(86_400) * 1000]),
  ip: (c) => c.of([`10.0.0.${c.below(6)}`, `192.168.${c.below(3)}.1`, '2001:db8::1', '::1']),
  raw: (c) => c.of([c.of(WORDS), `${c.of(WORDS)} ${c.of(WORDS)}`, `Tag-${c.below(5)}`]),
  text: (c) =>
    Array.from({ length: c.between(0, 7) }, () => c.of(WORDS)).join(c.of([' ', ', ', '-'])),
  open: (c) =>
    c.of<ModelValue>([
      c.between(-3, 6),
      c.between(-3, 6),
      c.between(1, 9) / 4,
      c.chance(0.5),
      c.of(WORDS),
    ]),
}

/** Equal numbers are to be one value: a bigint only where a number would round. */
function oneForm(value: ModelValue): ModelValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** Fields that a timestamped index may have; `id` and `ts` are always there. */
export function randomFields(choices: Choices): ModelField[] {
  const presence = choices.chance(0.5)
  const kinds: FieldKind[] = [
    'i64',
    'u64',
    'f64',
    'bool',
    'date',
    'ip',
    'raw',
    'text',
    'open',
    'open',
  ]
  const chosen = kinds.map((kind, at): ModelField => {
    const size = choices.of([2, 5, 30])
    return {
      path: kind === 'open' ? `open.p${at}` : `${kind}_${at}`,
      kind,
      fast: kind === 'open' || kind === 'text' ? kind === 'open' : choices.chance(0.75),
      indexed: kind === 'text' || kind === 'open' ? true : choices.chance(0.8),
      array: kind !== 'text' && choices.chance(0.25),
      presence,
      share: choices.of([1, 1, 0.7, 0.2]),
      pool: Array.from({ length: size }, () => oneForm(POOLS[kind](choices))),
    }
  })
  const usable = chosen.map((field) =>
    field.fast || field.indexed ? field : { ...field, fast: true },
  )
  return [
    {
      path: 'id',
      kind: 'u64',
      fast: true,
      indexed: true,
      array: false,
      presence,
      share: 1,
      pool: [],
    },
    {
      path: 'ts',
      kind: 'date',
      fast: true,
      indexed: true,
      array: false,
      presence,
      share: 1,
      pool: Array.from({ length: 40 }, () => POOLS.date(choices)),
    },
    ...usable,
  ]
}

export function randomDoc(fields: readonly ModelField[], id: number, choices: Choices): ModelDoc {
  const doc = new Map<string, ModelValue[]>()
  for (const { path, array, share, pool } of fields) {
    if (path === 'id') doc.set(path, [id])
    else if (choices.chance(share)) {
      const count = array ? choices.between(0, 3) : 1
      doc.set(
        path,
        Array.from({ length: count }, () => choices.of(pool)),
      )
    }
  }
  return doc
}

/** The document as the line that is indexed. */
export function printDoc(doc: ModelDoc, fields: readonly ModelField[]): string {
  const top: string[] = []
  const open: string[] = []
  for (const { path, kind, array } of fields) {
    const values = doc.get(path)
    if (values === undefined) continue
    const printed = values.map((value) => printValue(value, kind))
    const text = array ? `[${printed.join(',')}]` : printed[0]!
    const name = path.split('.').at(-1)!
    if (kind === 'open') open.push(`"${name}":${text}`)
    else top.push(`"${name}":${text}`)
  }
  if (open.length > 0) top.push(`"open":{${open.join(',')}}`)
  return `{${top.join(',')}}`
}

function printValue(value: ModelValue, kind: FieldKind): string {
  if (kind === 'date') return JSON.stringify(new Date(Number(value)).toISOString())
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** The mapping as an index config has it. */
export function docMapping(fields: readonly ModelField[]): Record<string, unknown> {
  const types: Record<Exclude<FieldKind, 'open'>, string> = {
    i64: 'i64',
    u64: 'u64',
    f64: 'f64',
    bool: 'bool',
    date: 'datetime',
    ip: 'ip',
    raw: 'text',
    text: 'text',
  }
  const declared = fields.flatMap(
    ({ path, kind, fast, indexed, array }): Record<string, unknown>[] => {
      if (kind === 'open') return []
      const type = array ? `array<${types[kind]}>` : types[kind]
      const common = { name: path, type, indexed }
      if (kind === 'date')
        return [{ ...common, fast, input_formats: ['rfc3339'], fast_precision: 'milliseconds' }]
      if (kind === 'raw') return [{ ...common, fast, ...(indexed ? { tokenizer: 'raw' } : {}) }]
      if (kind === 'text')
        return [{ ...common, tokenizer: 'default', record: 'position', fieldnorms: true }]
      return [{ ...common, fast }]
    },
  )
  return {
    mode: 'strict',
    index_field_presence: fields.some(({ presence }) => presence),
    timestamp_field: 'ts',
    field_mappings: [...declared, { name: 'open', type: 'json', tokenizer: 'raw', fast: true }],
  }
}

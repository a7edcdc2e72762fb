import { parseDuration } from '../engine/dates/duration.ts'
import type { AssumptionName, CostAssumptions } from './assumptions.ts'

/** Reads `--assume name=value` and assumption files. What a user got wrong comes back as values, all of
 *  it at once, since the caller prints them together. */

export interface AssumptionProblem {
  /** The name as it was written. */
  readonly name: string
  /** What is wrong and what would be right, without a full stop. */
  readonly message: string
  /** Accepted names that look like the one written; empty when the name is fine. */
  readonly nearest: readonly string[]
}

type AssumptionsResult =
  | {
      readonly ok: true
      readonly assumptions: CostAssumptions
      readonly changed: readonly AssumptionName[]
    }
  | { readonly ok: false; readonly problems: readonly AssumptionProblem[] }

/** How a value is written: the unit of a bare number, and which suffixes convert to it. */
type Shape =
  | { readonly kind: 'number'; readonly min: number }
  | { readonly kind: 'share' }
  | {
      readonly kind: 'duration'
      readonly unit: 's' | 'ms' | 'd'
      readonly min: number
      readonly word?: 'never' | 'forever'
    }
  | {
      readonly kind: 'size'
      readonly unitBytes: number
      readonly binary: boolean
      readonly min: number
    }
  | { readonly kind: 'switch' }
  | { readonly kind: 'arch' }
  | { readonly kind: 'region' }

const count: Shape = { kind: 'number', min: 0 }
const share: Shape = { kind: 'share' }
const seconds: Shape = { kind: 'duration', unit: 's', min: 0 }
const milliseconds: Shape = { kind: 'duration', unit: 'ms', min: 0 }
const bytes: Shape = { kind: 'size', unitBytes: 1, binary: false, min: 0 }
/** Lambda writes MB and GB and means powers of two. */
const memoryMb: Shape = { kind: 'size', unitBytes: 2 ** 20, binary: true, min: 128 }
const ephemeralGb: Shape = { kind: 'size', unitBytes: 2 ** 30, binary: true, min: 0.5 }

const SHAPES: Readonly<Record<AssumptionName, Shape>> = {
  region: { kind: 'region' },
  arch: { kind: 'arch' },
  queriesPerMonth: count,
  queryMs: milliseconds,
  coldShare: share,
  coldStartMs: milliseconds,
  responseKb: { kind: 'size', unitBytes: 1000, binary: false, min: 0 },
  httpShare: share,
  splitsPerQuery: count,
  readsPerSplit: count,
  readsPerQuery: count,
  everySeconds: { kind: 'duration', unit: 's', min: 1, word: 'never' },
  docsPerBatch: count,
  docBytes: { kind: 'size', unitBytes: 1, binary: false, min: 1 },
  indexSeconds: seconds,
  runOverheadSeconds: seconds,
  splitsPerFile: count,
  metastoreWritesPerFile: count,
  indexerReadsPerFile: count,
  mergesPerFile: count,
  mergeSeconds: seconds,
  splitsPerMerge: count,
  upkeepRunsPerMonth: count,
  upkeepSeconds: seconds,
  upkeepReads: count,
  indexRatio: count,
  stagedRatio: count,
  retentionDays: { kind: 'duration', unit: 'd', min: 0, word: 'forever' },
  stagingDaysKept: { kind: 'duration', unit: 'd', min: 0 },
  indexerMemoryMb: memoryMb,
  searcherMemoryMb: memoryMb,
  indexerEphemeralGb: ephemeralGb,
  searcherEphemeralGb: ephemeralGb,
  generatorOn: { kind: 'switch' },
  generatorMemoryMb: memoryMb,
  generatorSeconds: seconds,
  logBytesPerInvocation: bytes,
  logRetentionDays: { kind: 'duration', unit: 'd', min: 0, word: 'forever' },
  secrets: count,
  alarms: count,
  keys: count,
  firehoseRecords: count,
  firehoseRecordBytes: { kind: 'size', unitBytes: 1, binary: false, min: 1 },
  inPlaceBytes: bytes,
  queuePollers: count,
  queueRequestsPerFile: count,
}

/** The flags of `cost-estimate`, and other names a user may try, by what they set. */
const ALIASES: Readonly<Record<string, AssumptionName>> = {
  queries: 'queriesPerMonth',
  every: 'everySeconds',
  docs: 'docsPerBatch',
  retention: 'retentionDays',
  indexerMemory: 'indexerMemoryMb',
  searcherMemory: 'searcherMemoryMb',
  generatorMemory: 'generatorMemoryMb',
  indexerEphemeral: 'indexerEphemeralGb',
  searcherEphemeral: 'searcherEphemeralGb',
  generator: 'generatorOn',
  logBytes: 'logBytesPerInvocation',
  logRetention: 'logRetentionDays',
  stagingDays: 'stagingDaysKept',
}

/** Bytes a document, kept as ratios so that a change of `docBytes` scales the storage with it. */
const PER_DOC: Readonly<Record<string, 'indexRatio' | 'stagedRatio'>> = {
  indexBytesPerDoc: 'indexRatio',
  stagedBytesPerDoc: 'stagedRatio',
}

/** Every accepted name as it is written on the command line, sorted. */
export function assumptionNames(): readonly string[] {
  return [...Object.keys(SHAPES), ...Object.keys(ALIASES), ...Object.keys(PER_DOC)]
    .map(kebab)
    .toSorted()
}

/** Splits the text of one `--assume`; `undefined` without a name before an `=`. */
export function splitAssume(text: string): { name: string; value: string } | undefined {
  const at = text.indexOf('=')
  if (at < 1) return undefined
  return { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() }
}

/** `base` with the given inputs changed. Names may be camelCase, kebab-case or a flag of
 *  `cost-estimate`; of two names for one input the later wins. */
export function withAssumptions(base: CostAssumptions, input: unknown): AssumptionsResult {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    const message = 'assumptions are one object of names and values'
    return { ok: false, problems: [{ name: '', message, nearest: [] }] }
  }
  const problems: AssumptionProblem[] = []
  const changed = new Set<AssumptionName>()
  const perDoc = new Map<'indexRatio' | 'stagedRatio', number>()
  let assumptions = base
  for (const [written, raw] of Object.entries(input)) {
    const name = camel(written)
    const ratio = own(PER_DOC, name)
    const field = ratio ?? fieldOf(name)
    if (field === undefined) {
      const nearest = nearestNames(written)
      problems.push({ name: written, message: `no assumption is called ${written}`, nearest })
      continue
    }
    const parsed = parseValue(ratio === undefined ? SHAPES[field] : bytes, raw)
    if ('problem' in parsed) {
      problems.push({ name: written, message: `${written} ${parsed.problem}`, nearest: [] })
      continue
    }
    changed.add(field)
    if (ratio === undefined) {
      assumptions = { ...assumptions, [field]: parsed.value }
      if (field === 'indexRatio' || field === 'stagedRatio') perDoc.delete(field)
    } else if (typeof parsed.value === 'number') {
      perDoc.set(ratio, parsed.value)
    }
  }
  if (problems.length > 0) return { ok: false, problems }
  // Last, so that the bytes refer to the document size that holds in the end.
  for (const [ratio, bytesPerDoc] of perDoc) {
    assumptions = { ...assumptions, [ratio]: bytesPerDoc / assumptions.docBytes }
  }
  return { ok: true, assumptions, changed: [...changed] }
}

function fieldOf(name: string): AssumptionName | undefined {
  return isAssumptionName(name) ? name : own(ALIASES, name)
}

function isAssumptionName(name: string): name is AssumptionName {
  return Object.hasOwn(SHAPES, name)
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

type Parsed = { readonly value: number | string | boolean } | { readonly problem: string }

function parseValue(shape: Shape, raw: unknown): Parsed {
  if (shape.kind === 'switch') return parseSwitch(raw)
  if (shape.kind === 'arch') {
    if (raw === 'arm64' || raw === 'x86_64') return { value: raw }
    return { problem: 'is arm64 or x86_64' }
  }
  if (shape.kind === 'region') {
    if (typeof raw === 'string' && /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(raw)) return { value: raw }
    return { problem: 'is a region name such as eu-west-1' }
  }
  if (shape.kind === 'duration' && raw === shape.word && shape.word !== undefined) {
    return { value: shape.word }
  }
  const value = typeof raw === 'number' ? raw : parseNumber(shape, raw)
  if (value === undefined || !Number.isFinite(value)) return { problem: howToWrite(shape) }
  if (shape.kind === 'share') {
    return value >= 0 && value <= 1 ? { value } : { problem: howToWrite(shape) }
  }
  return value >= shape.min ? { value } : { problem: `is ${shape.min} at least, not ${value}` }
}

function parseSwitch(raw: unknown): Parsed {
  if (raw === true || raw === 'on' || raw === 'true') return { value: true }
  if (raw === false || raw === 'off' || raw === 'false') return { value: false }
  return { problem: 'is on or off' }
}

/** The units in which assumptions are kept. */
const UNIT_MS = { ms: 1, s: 1000, d: 86_400_000 } as const
const POWERS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 }

function parseNumber(shape: Shape, raw: unknown): number | undefined {
  if (shape.kind === 'duration' && typeof raw === 'string') {
    const ms = parseDuration(raw.replaceAll(/(?<=\d)[,_](?=\d{3})/g, ''))
    if (ms !== undefined) return ms / UNIT_MS[shape.unit]
  }
  const match =
    typeof raw === 'string' ? /^([\d.,_]+(?:e-?\d+)?)\s*([a-z%]*)$/i.exec(raw.trim()) : null
  if (match === null) return undefined
  const number = plainNumber(match[1] ?? '')
  const suffix = (match[2] ?? '').toLowerCase()
  if (number === undefined || suffix === '') return number
  switch (shape.kind) {
    case 'number':
      return suffix === 'k' || suffix === 'm' ? number * 1000 ** (POWERS[suffix] ?? 0) : undefined
    case 'share':
      return suffix === '%' ? number / 100 : undefined
    case 'size':
      return parseSize(shape, number, suffix)
    case 'duration':
    case 'switch':
    case 'arch':
    case 'region':
      return undefined
  }
}

function parseSize(
  shape: Extract<Shape, { kind: 'size' }>,
  number: number,
  suffix: string,
): number | undefined {
  const match = /^([kmgt]?)(i?)b$/.exec(suffix)
  if (match === null) return undefined
  const power = own(POWERS, match[1] ?? '') ?? 0
  const base = shape.binary || match[2] === 'i' ? 1024 : 1000
  return (number * base ** power) / shape.unitBytes
}

/** Accepts `30,000` and `30_000` besides plain decimals. */
function plainNumber(text: string): number | undefined {
  const grouped = /^\d{1,3}([,_]\d{3})+(\.\d+)?$/.test(text)
  const plain = grouped ? text.replace(/[,_]/g, '') : text
  return /^(\d+(?:\.\d*)?|\.\d+)(e-?\d+)?$/i.test(plain) ? Number(plain) : undefined
}

function howToWrite(shape: Shape): string {
  switch (shape.kind) {
    case 'number':
      return 'is a number such as 30000 or 30k'
    case 'share':
      return 'is a share such as 0.05 or 5%'
    case 'duration': {
      const word = shape.word === undefined ? '' : `, or ${shape.word}`
      return `is a duration such as 500ms, 90s or 7d (a bare number counts ${shape.unit})${word}`
    }
    case 'size':
      return 'is a size such as 512MB or 3GiB'
    case 'switch':
      return 'is on or off'
    case 'arch':
      return 'is arm64 or x86_64'
    case 'region':
      return 'is a region name such as eu-west-1'
  }
}

function camel(name: string): string {
  return name.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

const NEAREST_COUNT = 3

function nearestNames(written: string): string[] {
  const wanted = kebab(camel(written))
  return assumptionNames()
    .map((name) => ({ name, far: farness(wanted, name) }))
    .filter(({ far }) => far <= Math.max(2, wanted.length / 2))
    .toSorted((a, b) => a.far - b.far)
    .slice(0, NEAREST_COUNT)
    .map(({ name }) => name)
}

/** Edits between two names; one that begins with what was written is as near as a single edit. */
function farness(wanted: string, name: string): number {
  return name.startsWith(wanted) ? 1 : editDistance(wanted, name)
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const removed = (previous[column] ?? 0) + 1
      const inserted = (current[column - 1] ?? 0) + 1
      current.push(Math.min(replaced, removed, inserted))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

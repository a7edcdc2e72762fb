import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { formatIp, parseIp, parseIpNetwork } from '../../schema/ip.ts'
import type { Column, OrdinalColumn } from '../../split/column.ts'
import type { AggregationInput, AggregationKind } from './aggregation.ts'
import { booleanOption, fieldOption, invalidAggregation, refuseUnknown } from './options.ts'
import { RangeAggregation, type Range, type RangeColumn } from './range-buckets.ts'

/** Buckets of addresses between others or in a network; only those that are asked for. */
export const IP_RANGE: AggregationKind = {
  buckets: 'many',
  options: ['field', 'ranges', 'keyed'],
  parse(input) {
    const { path, type } = fieldOption(input)
    if (type !== 'ip') throw invalidAggregation(input.name, `field "${path}" is not an ip`)
    const raw = input.options['ranges']
    if (!Array.isArray(raw) || raw.length === 0) {
      throw invalidAggregation(input.name, '`ranges` must be a list of {from, to} or {mask}')
    }
    return new RangeAggregation({
      path,
      keyed: booleanOption(input, 'keyed', false),
      ranges: raw.map((range) => parseRange(input, range)).sort(compareRanges),
      columns: (split) => split.columnsAt(path).filter(isIpColumn).map(ipColumn),
      missingIn: [],
      print: printRange,
      subs: input.subs,
    })
  },
}

interface IpRangeEdges extends Range {
  readonly from: Uint8Array | undefined
  readonly to: Uint8Array | undefined
}

function parseRange(input: AggregationInput, raw: JsonValue): IpRangeEdges {
  if (!isJsonObject(raw))
    throw invalidAggregation(input.name, 'a range must be {from, to} or {mask}')
  refuseUnknown({ ...input, options: raw }, 'range', ['key', 'from', 'to', 'mask'])
  const { mask = null, key = null } = raw
  if (key !== null && typeof key !== 'string') {
    throw invalidAggregation(input.name, 'the `key` of a range must be a string')
  }
  if (mask === null) {
    const [from, to] = [addressOf(input, raw, 'from'), addressOf(input, raw, 'to')]
    return { from, to, key: key ?? undefined }
  }
  const network = typeof mask === 'string' ? parseIpNetwork(mask) : undefined
  if (typeof mask !== 'string' || network === undefined) {
    throw invalidAggregation(input.name, '`mask` must be a network, such as "10.0.0.0/8"')
  }
  return { from: network.first, to: addressAfter(network.last), key: key ?? mask }
}

function addressOf(input: AggregationInput, raw: JsonObject, side: string): Uint8Array | undefined {
  const text = raw[side] ?? undefined
  if (text === undefined) return undefined
  const address = typeof text === 'string' ? parseIp(text) : undefined
  if (address !== undefined) return address
  throw invalidAggregation(input.name, `\`${side}\` must be an address, such as "10.0.0.5"`)
}

/** Undefined: it was the last one. */
function addressAfter(address: Uint8Array): Uint8Array | undefined {
  const next = address.slice()
  const at = next.findLastIndex((byte) => byte !== 255)
  if (at < 0) return undefined
  next[at] = (next[at] ?? NaN) + 1
  return next.fill(0, at + 1)
}

function compareRanges(a: IpRangeEdges, b: IpRangeEdges): number {
  const low = Buffer.compare(a.from ?? new Uint8Array(0), b.from ?? new Uint8Array(0))
  const last = new Uint8Array(17).fill(255)
  return low !== 0 ? low : Buffer.compare(a.to ?? last, b.to ?? last)
}

function isIpColumn(column: Column): column is OrdinalColumn {
  return column.kind === 'ordinal' && column.type === 'ip'
}

/** Ordinals are in the order of addresses. */
function ipColumn({ values, starts, dictionary }: OrdinalColumn): RangeColumn {
  const firstKey: RangeColumn['firstKey'] = (edge) =>
    edge instanceof Uint8Array ? dictionary.find(edge).ordinal : NaN
  return { keys: values, starts, isDate: false, firstKey }
}

function printRange({ from, to, key }: Range): { key: string; bounds: JsonObject } {
  const print = (edge: Range['from']): string => (edge instanceof Uint8Array ? formatIp(edge) : '*')
  const bounds: JsonObject = {}
  if (from !== undefined) bounds['from'] = print(from)
  if (to !== undefined) bounds['to'] = print(to)
  return { key: key ?? `${print(from)}-${print(to)}`, bounds }
}

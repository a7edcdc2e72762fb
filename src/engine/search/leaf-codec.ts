import { gunzipSync, gzipSync } from 'node:zlib'
import { JsonFloat } from '../bytes/json.ts'
import { messageOf, QwError } from '../errors.ts'
import type { LeafRequest, LeafResponse } from './leaf-request.ts'

/*
 * A leaf's request or response on its way to another process: JSON under gzip. What JSON has not stands
 * as an object of one key that begins with a tilde:
 *
 *   {"~undefined": null}             in a list
 *   {"~number": "NaN"}               what JSON writes otherwise: NaN, the infinities, -0
 *   {"~bigint": "123"}
 *   {"~float": 5}                    JsonFloat
 *   {"~bytes": ["Float64Array", "…"]}  a typed array, base64 of its bytes (little-endian)
 *   {"~map": [[key, value], …]}
 *   {"~set": [value, …]}
 *   {"~object": [[key, value], …]}   an object with a key that begins with a tilde
 *
 * Keys of objects whose value is undefined are left out, as JSON does.
 */
const TAG = '~'
/** Level 1: the way is short, and both ends wait for it. */
const LEVEL = 1

const ARRAYS = {
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Int32Array,
  Float64Array,
  BigUint64Array,
  BigInt64Array,
}

type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire }

export function encodeLeaf(value: LeafRequest | LeafResponse): Uint8Array {
  return gzipSync(JSON.stringify(toWire(value)), { level: LEVEL })
}

export const decodeLeafRequest = (bytes: Uint8Array): LeafRequest => decode(bytes) as LeafRequest
export const decodeLeafResponse = (bytes: Uint8Array): LeafResponse => decode(bytes) as LeafResponse

/** Only what `encodeLeaf` of the same version wrote is given to it. Throws `invalid` for other bytes. */
function decode(bytes: Uint8Array): unknown {
  try {
    return fromWire(JSON.parse(gunzipSync(bytes).toString('utf8')) as Wire)
  } catch (cause) {
    throw new QwError('invalid', `not what a leaf search sends: ${messageOf(cause)}`, { cause })
  }
}

function toWire(value: unknown): Wire {
  switch (typeof value) {
    case 'undefined':
      return tagged('undefined', null)
    case 'bigint':
      return tagged('bigint', String(value))
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : tagged('number', Object.is(value, -0) ? '-0' : String(value))
    case 'object':
      return value === null ? null : objectToWire(value)
    case 'string':
    case 'boolean':
      return value
    default:
      throw new QwError('internal', `a ${typeof value} in a leaf search`)
  }
}

function objectToWire(value: object): Wire {
  if (Array.isArray(value)) return value.map(toWire)
  if (value instanceof JsonFloat) return tagged('float', value.value)
  if (value instanceof Map)
    return tagged(
      'map',
      [...value].map((pair) => pair.map(toWire)),
    )
  if (value instanceof Set) return tagged('set', [...value].map(toWire))
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    const name = Object.keys(ARRAYS).find((each) => each === value.constructor.name)
    return tagged('bytes', [name ?? 'Uint8Array', bytes.toString('base64')])
  }
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  const pairs = entries.map(([key, each]): [string, Wire] => [key, toWire(each)])
  return pairs.some(([key]) => key.startsWith(TAG))
    ? tagged('object', pairs)
    : Object.fromEntries(pairs)
}

function tagged(name: string, value: Wire): Wire {
  return { [TAG + name]: value }
}

function fromWire(wire: Wire): unknown {
  if (typeof wire !== 'object' || wire === null) return wire
  if (Array.isArray(wire)) return wire.map(fromWire)
  const keys = Object.keys(wire)
  const [key] = keys
  if (keys.length === 1 && key?.startsWith(TAG) === true) {
    return fromTagged(key.slice(TAG.length), wire[key] ?? null)
  }
  return Object.fromEntries(Object.entries(wire).map(([name, each]) => [name, fromWire(each)]))
}

function fromTagged(name: string, wire: Wire): unknown {
  switch (name) {
    case 'undefined':
      return undefined
    case 'number':
      return Number(wire)
    case 'bigint':
      return BigInt(textOf(wire))
    case 'float':
      return new JsonFloat(Number(wire))
    case 'bytes':
      return fromBytes(listOf(wire))
    case 'map':
      return new Map(pairsOf(wire))
    case 'set':
      return new Set(listOf(wire).map(fromWire))
    case 'object':
      return Object.fromEntries(pairsOf(wire))
    default:
      throw new QwError('invalid', `unknown form ${name}`)
  }
}

function listOf(wire: Wire): Wire[] {
  if (Array.isArray(wire)) return wire
  throw new QwError('invalid', 'a list is missing')
}

function textOf(wire: Wire | undefined): string {
  if (typeof wire === 'string') return wire
  throw new QwError('invalid', 'a text is missing')
}

function pairsOf(wire: Wire): [string, unknown][] {
  return listOf(wire).map((pair) => listOf(pair).map(fromWire) as [string, unknown])
}

/** A copy, so that wider numbers begin where they may. */
function fromBytes([name, text]: readonly Wire[]): unknown {
  const bytes = Uint8Array.from(Buffer.from(textOf(text), 'base64'))
  const kind = Object.entries(ARRAYS).find(([each]) => each === name)?.[1]
  if (kind === undefined) throw new QwError('invalid', `unknown array ${JSON.stringify(name)}`)
  return new kind(bytes.buffer)
}

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { JsonObject, JsonValue } from '../../bytes/json.ts'
import { QwError } from '../../errors.ts'
import type { OtlpSignal } from './batch.ts'

/*
 * OTLP's protobuf messages as the JSON that the same batch would be written in: ids are hex, 64-bit
 * integers exact (bigint). The tables hold what documents are made of, by field number; what is not in
 * them, and what comes in a later version, is passed over. Loaded with `import()`: it holds a library.
 */

/** How deep values may lie in values; as protobuf's own readers limit it. */
const MAX_DEPTH = 100

type Scalar = 'string' | 'bool' | 'uint32' | 'fixed32' | 'int64' | 'fixed64' | 'double'
type FieldType = Scalar | 'hex' | 'base64' | (() => Message)
type Message = Readonly<Record<number, readonly [name: string, type: FieldType, repeated?: 'list']>>

const ANY_VALUE: Message = {
  1: ['stringValue', 'string'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'int64'],
  4: ['doubleValue', 'double'],
  5: ['arrayValue', () => ({ 1: ['values', () => ANY_VALUE, 'list'] })],
  6: ['kvlistValue', () => ({ 1: ['values', () => KEY_VALUE, 'list'] })],
  7: ['bytesValue', 'base64'],
}

const KEY_VALUE: Message = { 1: ['key', 'string'], 2: ['value', () => ANY_VALUE] }

const RESOURCE: Message = {
  1: ['attributes', () => KEY_VALUE, 'list'],
  2: ['droppedAttributesCount', 'uint32'],
}

const SCOPE: Message = {
  1: ['name', 'string'],
  2: ['version', 'string'],
  3: ['attributes', () => KEY_VALUE, 'list'],
  4: ['droppedAttributesCount', 'uint32'],
}

const LOG_RECORD: Message = {
  1: ['timeUnixNano', 'fixed64'],
  2: ['severityNumber', 'uint32'],
  3: ['severityText', 'string'],
  5: ['body', () => ANY_VALUE],
  6: ['attributes', () => KEY_VALUE, 'list'],
  7: ['droppedAttributesCount', 'uint32'],
  8: ['flags', 'fixed32'],
  9: ['traceId', 'hex'],
  10: ['spanId', 'hex'],
  11: ['observedTimeUnixNano', 'fixed64'],
  12: ['eventName', 'string'],
}

const EVENT: Message = {
  1: ['timeUnixNano', 'fixed64'],
  2: ['name', 'string'],
  3: ['attributes', () => KEY_VALUE, 'list'],
  4: ['droppedAttributesCount', 'uint32'],
}

const LINK: Message = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  3: ['traceState', 'string'],
  4: ['attributes', () => KEY_VALUE, 'list'],
  5: ['droppedAttributesCount', 'uint32'],
}

const STATUS: Message = { 2: ['message', 'string'], 3: ['code', 'uint32'] }

const SPAN: Message = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  3: ['traceState', 'string'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'string'],
  6: ['kind', 'uint32'],
  7: ['startTimeUnixNano', 'fixed64'],
  8: ['endTimeUnixNano', 'fixed64'],
  9: ['attributes', () => KEY_VALUE, 'list'],
  10: ['droppedAttributesCount', 'uint32'],
  11: ['events', () => EVENT, 'list'],
  12: ['droppedEventsCount', 'uint32'],
  13: ['links', () => LINK, 'list'],
  14: ['droppedLinksCount', 'uint32'],
  15: ['status', () => STATUS],
}

/** A request holds resources, which hold scopes, which hold records. */
function request(resources: string, scopes: string, records: string, record: Message): Message {
  const scoped: Message = { 1: ['scope', () => SCOPE], 2: [records, () => record, 'list'] }
  const resource: Message = { 1: ['resource', () => RESOURCE], 2: [scopes, () => scoped, 'list'] }
  return { 1: [resources, () => resource, 'list'] }
}

const REQUESTS: Readonly<Record<OtlpSignal, Message>> = {
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', LOG_RECORD),
  traces: request('resourceSpans', 'scopeSpans', 'spans', SPAN),
}

/** Throws `invalid` (REQUEST-DECODE) for bytes that are no such message. */
export function decodeOtlp(bytes: Uint8Array, signal: OtlpSignal): JsonObject {
  try {
    return readMessage(bytes, REQUESTS[signal], 0)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new QwError('invalid', `the body is no protobuf message of ${signal}: ${reason}`, {
      code: 'REQUEST-DECODE',
      cause,
    })
  }
}

function readMessage(bytes: Uint8Array, message: Message, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw new Error(`values lie more than ${MAX_DEPTH} deep`)
  const out: JsonObject = {}
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const field = message[number]
    if (field === undefined) {
      reader.skip(wireType, number)
      continue
    }
    const [name, type, repeated] = field
    if (wireType !== wireTypeOf(type)) {
      throw new Error(`field ${name} has the wire type ${wireType}`)
    }
    const value =
      typeof type === 'function'
        ? readMessage(reader.bytes(), type(), depth + 1)
        : readScalar(reader, type)
    if (repeated === undefined) out[name] = value
    else addTo(out, name, value)
  }
  return out
}

function addTo(out: JsonObject, name: string, value: JsonValue): void {
  const list = out[name]
  if (Array.isArray(list)) list.push(value)
  else out[name] = [value]
}

function readScalar(reader: BinaryReader, type: Exclude<FieldType, () => Message>): JsonValue {
  switch (type) {
    case 'string':
      return reader.string()
    case 'bool':
      return reader.bool()
    case 'uint32':
      return reader.uint32()
    case 'fixed32':
      return reader.fixed32()
    case 'int64':
      return integerOf(reader.int64())
    case 'fixed64':
      return integerOf(reader.fixed64())
    case 'double':
      return doubleOf(reader.double())
    case 'hex':
      return Buffer.from(reader.bytes()).toString('hex')
    case 'base64':
      return Buffer.from(reader.bytes()).toString('base64')
  }
}

function integerOf(written: bigint | string): JsonValue {
  const exact = BigInt(written)
  const number = Number(exact)
  return Number.isSafeInteger(number) ? number : exact
}

/** JSON has no number for these; protobuf's JSON writes their names. */
function doubleOf(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value)
}

function wireTypeOf(type: FieldType): WireType {
  switch (type) {
    case 'bool':
    case 'uint32':
    case 'int64':
      return WireType.Varint
    case 'fixed64':
    case 'double':
      return WireType.Bit64
    case 'fixed32':
      return WireType.Bit32
    default:
      return WireType.LengthDelimited
  }
}

/** `ExportLogsServiceResponse`, and of traces, which is written alike; empty when nothing was rejected. */
export function encodeOtlpResponse(rejectedCount: number, errorMessage: string): Uint8Array {
  if (rejectedCount === 0) return new Uint8Array()
  return new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .fork()
    .tag(1, WireType.Varint)
    .int64(rejectedCount)
    .tag(2, WireType.LengthDelimited)
    .string(errorMessage)
    .join()
    .finish()
}

/** `google.rpc.Status`. */
export function encodeStatus(code: number, message: string): Uint8Array {
  const writer = new BinaryWriter()
  return writer
    .tag(1, WireType.Varint)
    .int32(code)
    .tag(2, WireType.LengthDelimited)
    .string(message)
    .finish()
}

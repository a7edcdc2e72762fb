import { isJsonObject, type JsonObject, type JsonValue } from '../bytes/json.ts'
import { LineProblem } from './line-reader.ts'
import type { SourceRecord } from './record-batch.ts'
import { formatRfc3339 } from '../dates/datetime.ts'

/**
 * OpenTelemetry's JSON batches: resource -> scope -> record, each level with attributes as lists of
 * key and value. One document per log record or span, with what its resource and scope say.
 */
export function otlpDocs(batch: JsonObject, signal: 'logs' | 'traces'): SourceRecord['doc'][] {
  const [resourceKey, scopeKey, recordKey] =
    signal === 'logs'
      ? ['resourceLogs', 'scopeLogs', 'logRecords']
      : ['resourceSpans', 'scopeSpans', 'spans']
  const resources = batch[resourceKey]
  if (!Array.isArray(resources))
    return [new LineProblem(`the object has no array \`${resourceKey}\``)]
  const docOf = signal === 'logs' ? logDoc : spanDoc
  const docs: JsonObject[] = []
  for (const entry of objects(resources)) {
    const resource = attributes(entry['resource'])
    const service = resource['service.name']
    const shared: JsonObject = {}
    if (typeof service === 'string') shared['service_name'] = service
    if (Object.keys(resource).length > 0) shared['resource_attributes'] = resource
    for (const scoped of objects(entry[scopeKey])) {
      const scope = scopeFields(scoped['scope'])
      for (const record of objects(scoped[recordKey])) {
        docs.push({ ...docOf(record), ...shared, ...scope })
      }
    }
  }
  return docs
}

function logDoc(record: JsonObject): JsonObject {
  const doc: JsonObject = {}
  const time = nanosTime(record['timeUnixNano']) ?? nanosTime(record['observedTimeUnixNano'])
  set(doc, 'timestamp', time)
  set(doc, 'observed_timestamp', nanosTime(record['observedTimeUnixNano']))
  set(doc, 'severity_number', record['severityNumber'])
  set(doc, 'severity_text', record['severityText'])
  const body = anyValue(record['body'])
  if (typeof body === 'string') set(doc, 'message', body)
  else if (isJsonObject(body)) set(doc, 'body', body)
  else if (body !== null) set(doc, 'message', JSON.stringify(body))
  setAttributes(doc, 'attributes', record)
  set(doc, 'trace_id', record['traceId'])
  set(doc, 'span_id', record['spanId'])
  set(doc, 'event_name', record['eventName'])
  return doc
}

const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const STATUSES = ['unset', 'ok', 'error']

function spanDoc(span: JsonObject): JsonObject {
  const doc: JsonObject = {}
  set(doc, 'trace_id', span['traceId'])
  set(doc, 'span_id', span['spanId'])
  set(doc, 'parent_span_id', span['parentSpanId'])
  set(doc, 'span_name', span['name'])
  set(doc, 'span_kind', enumName(span['kind'], SPAN_KINDS))
  set(doc, 'timestamp', nanosTime(span['startTimeUnixNano']))
  set(doc, 'end_timestamp', nanosTime(span['endTimeUnixNano']))
  const start = nanosOf(span['startTimeUnixNano'])
  const end = nanosOf(span['endTimeUnixNano'])
  if (start !== undefined && end !== undefined && end >= start) {
    doc['duration_ms'] = Number(end - start) / 1e6
  }
  const status = span['status']
  if (isJsonObject(status)) {
    set(doc, 'status', enumName(status['code'], STATUSES))
    set(doc, 'status_message', status['message'])
  }
  setAttributes(doc, 'attributes', span)
  const events = objects(span['events']).map((event) => {
    const out: JsonObject = {}
    set(out, 'name', event['name'])
    set(out, 'timestamp', nanosTime(event['timeUnixNano']))
    setAttributes(out, 'attributes', event)
    return out
  })
  if (events.length > 0) doc['events'] = events
  const links = objects(span['links']).map((link) => {
    const out: JsonObject = {}
    set(out, 'trace_id', link['traceId'])
    set(out, 'span_id', link['spanId'])
    setAttributes(out, 'attributes', link)
    return out
  })
  if (links.length > 0) doc['links'] = links
  return doc
}

function scopeFields(scope: JsonValue | undefined): JsonObject {
  const doc: JsonObject = {}
  if (!isJsonObject(scope)) return doc
  set(doc, 'scope_name', scope['name'])
  set(doc, 'scope_version', scope['version'])
  setAttributes(doc, 'scope_attributes', scope)
  return doc
}

/** Absent, null and empty text are how a batch says nothing. */
function set(doc: JsonObject, name: string, value: JsonValue | undefined): void {
  if (value !== undefined && value !== null && value !== '') doc[name] = value
}

function setAttributes(doc: JsonObject, name: string, holder: JsonObject): void {
  const found = attributes(holder)
  if (Object.keys(found).length > 0) doc[name] = found
}

function attributes(holder: JsonValue | undefined): JsonObject {
  const out: JsonObject = {}
  if (!isJsonObject(holder)) return out
  for (const { key, value } of objects(holder['attributes'])) {
    if (typeof key === 'string') set(out, key, anyValue(value))
  }
  return out
}

/** `{"stringValue":"x"}` and its relatives as the value itself; integers come as text. */
function anyValue(value: JsonValue | undefined): JsonValue {
  if (!isJsonObject(value)) return null
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } =
    value
  if (intValue !== undefined) return typeof intValue === 'string' ? integer(intValue) : intValue
  if (isJsonObject(arrayValue)) return objects(arrayValue['values']).map(anyValue)
  if (isJsonObject(kvlistValue)) return attributes({ attributes: kvlistValue['values'] ?? null })
  return stringValue ?? boolValue ?? doubleValue ?? bytesValue ?? null
}

function integer(text: string): JsonValue {
  if (!/^-?\d{1,19}$/.test(text)) return text
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

function nanosOf(value: JsonValue | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? BigInt(value) : undefined
}

/** Zero stands for an unknown time. */
function nanosTime(value: JsonValue | undefined): string | undefined {
  const nanos = nanosOf(value)
  return nanos === undefined || nanos === 0n ? undefined : formatRfc3339(nanos)
}

/** Enumerations come as numbers, or as names such as SPAN_KIND_SERVER. */
function enumName(value: JsonValue | undefined, names: readonly string[]): string | undefined {
  if (typeof value === 'number') return names[value]
  if (typeof value !== 'string') return undefined
  return names.find((name) => value.toLowerCase().endsWith(`_${name}`))
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

import { isJsonObject, stringifyJson, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import type { OtlpNames } from './batch.ts'
import {
  anyValue,
  attributes,
  enumName,
  nanosOf,
  objects,
  set,
  setAttributes,
  SPAN_KINDS,
  STATUSES,
} from './values.ts'

/**
 * The names of Quickwit's own indexes `otel-logs-v0_9` and `otel-traces-v0_9`, which its dashboards ask
 * for. `nowNanos` is the time of whatever was sent without one.
 */
export function quickwitNames(nowNanos: bigint): OtlpNames {
  return {
    ofResource,
    ofScope,
    ofLog: (record) => logDoc(record, nowNanos),
    ofSpan: (span, shared) => spanDoc(span, shared, nowNanos),
  }
}

/** As Quickwit calls a service that did not say its name. */
const UNKNOWN_SERVICE = 'unknown_service'

function ofResource(resource: JsonObject): JsonObject {
  const { 'service.name': service = null, ...others } = attributes(resource)
  const doc: JsonObject = { service_name: textOr(service, UNKNOWN_SERVICE) }
  if (Object.keys(others).length > 0) doc['resource_attributes'] = others
  setCount(doc, 'resource_dropped_attributes_count', resource['droppedAttributesCount'])
  return doc
}

function ofScope(scope: JsonObject): JsonObject {
  const doc: JsonObject = {}
  set(doc, 'scope_name', scope['name'])
  set(doc, 'scope_version', scope['version'])
  setAttributes(doc, 'scope_attributes', scope)
  setCount(doc, 'scope_dropped_attributes_count', scope['droppedAttributesCount'])
  return doc
}

function logDoc(record: JsonObject, nowNanos: bigint): JsonObject {
  const observed = nanosOf(record['observedTimeUnixNano']) ?? nowNanos
  const doc: JsonObject = {
    timestamp_nanos: nanosOf(record['timeUnixNano']) ?? observed,
    observed_timestamp_nanos: observed,
    severity_number: 0,
  }
  set(doc, 'severity_number', record['severityNumber'])
  set(doc, 'severity_text', record['severityText'])
  const body = anyValue(record['body'])
  // The field holds objects alone; Quickwit gives a text this name.
  if (body !== null) doc['body'] = isJsonObject(body) ? body : { message: textOf(body) }
  // Where the name of an event stood before records had a field for it: Quickwit's mapping has none.
  const eventName: JsonObject = {}
  set(eventName, 'event.name', record['eventName'])
  const all = { ...eventName, ...attributes(record) }
  if (Object.keys(all).length > 0) doc['attributes'] = all
  setCount(doc, 'dropped_attributes_count', record['droppedAttributesCount'])
  set(doc, 'trace_id', record['traceId'])
  set(doc, 'span_id', record['spanId'])
  setCount(doc, 'trace_flags', record['flags'])
  return doc
}

function textOr(value: JsonValue | undefined, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}

function textOf(body: JsonValue): string {
  return typeof body === 'string' ? body : stringifyJson(body)
}

function spanDoc(span: JsonObject, shared: JsonObject, nowNanos: bigint): JsonObject {
  const start = nanosOf(span['startTimeUnixNano']) ?? nowNanos
  const end = nanosOf(span['endTimeUnixNano']) ?? start
  const kind = Math.max(0, SPAN_KINDS.indexOf(enumName(span['kind'], SPAN_KINDS) ?? ''))
  const name = textOr(span['name'], 'unknown')
  const parent = span['parentSpanId']
  const doc: JsonObject = {
    span_start_timestamp_nanos: start,
    span_end_timestamp_nanos: end,
    span_duration_millis: end > start ? Number((end - start) / 1_000_000n) : 0,
    span_name: name,
    // What Jaeger's view asks services and operations by.
    span_fingerprint: [textOr(shared['service_name'], UNKNOWN_SERVICE), kind, name].join('\0'),
    is_root: typeof parent !== 'string' || parent === '',
  }
  set(doc, 'trace_id', span['traceId'])
  set(doc, 'span_id', span['spanId'])
  set(doc, 'parent_span_id', parent)
  set(doc, 'trace_state', span['traceState'])
  setCount(doc, 'span_kind', kind)
  setAttributes(doc, 'span_attributes', span)
  setCount(doc, 'span_dropped_attributes_count', span['droppedAttributesCount'])
  setCount(doc, 'span_dropped_events_count', span['droppedEventsCount'])
  setCount(doc, 'span_dropped_links_count', span['droppedLinksCount'])
  const status = statusDoc(span['status'])
  if (status !== undefined) doc['span_status'] = status
  const events = objects(span['events'])
  if (events.length > 0) {
    doc['events'] = events.map(eventDoc)
    doc['event_names'] = events.map((event) => event['name'] ?? '')
  }
  const links = objects(span['links'])
  if (links.length > 0) doc['links'] = links.map(linkDoc)
  return doc
}

/** A status that was not set says nothing; a message belongs to errors alone. */
function statusDoc(status: JsonValue | undefined): JsonObject | undefined {
  if (!isJsonObject(status)) return undefined
  const code = enumName(status['code'], STATUSES)
  if (code === undefined || code === 'unset') return undefined
  const doc: JsonObject = { code }
  if (code === 'error') set(doc, 'message', status['message'])
  return doc
}

function eventDoc(event: JsonObject): JsonObject {
  const doc: JsonObject = { event_timestamp_nanos: nanosOf(event['timeUnixNano']) ?? 0 }
  set(doc, 'event_name', event['name'])
  setAttributes(doc, 'event_attributes', event)
  setCount(doc, 'event_dropped_attributes_count', event['droppedAttributesCount'])
  return doc
}

function linkDoc(link: JsonObject): JsonObject {
  const doc: JsonObject = {}
  set(doc, 'link_trace_id', link['traceId'])
  set(doc, 'link_span_id', link['spanId'])
  set(doc, 'link_trace_state', link['traceState'])
  setAttributes(doc, 'link_attributes', link)
  setCount(doc, 'link_dropped_attributes_count', link['droppedAttributesCount'])
  return doc
}

/** Zero is left out, as Quickwit leaves it out. */
function setCount(doc: JsonObject, name: string, value: JsonValue | undefined): void {
  if (value !== 0) set(doc, name, value)
}

import { isJsonObject, type JsonObject, type JsonValue } from '../../bytes/json.ts'
import { formatRfc3339 } from '../../dates/datetime.ts'
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

/** The names of the templates `otel-logs` and `otel-traces`. */
export const TEMPLATE_NAMES: OtlpNames = { ofResource, ofScope, ofLog, ofSpan }

function ofResource(holder: JsonObject): JsonObject {
  const doc: JsonObject = {}
  const resource = attributes(holder)
  const service = resource['service.name']
  if (typeof service === 'string') doc['service_name'] = service
  if (Object.keys(resource).length > 0) doc['resource_attributes'] = resource
  return doc
}

function ofScope(scope: JsonObject): JsonObject {
  const doc: JsonObject = {}
  set(doc, 'scope_name', scope['name'])
  set(doc, 'scope_version', scope['version'])
  setAttributes(doc, 'scope_attributes', scope)
  return doc
}

function ofLog(record: JsonObject): JsonObject {
  const doc: JsonObject = {}
  const time = timeOf(record['timeUnixNano']) ?? timeOf(record['observedTimeUnixNano'])
  set(doc, 'timestamp', time)
  set(doc, 'observed_timestamp', timeOf(record['observedTimeUnixNano']))
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

function ofSpan(span: JsonObject): JsonObject {
  const doc: JsonObject = {}
  set(doc, 'trace_id', span['traceId'])
  set(doc, 'span_id', span['spanId'])
  set(doc, 'parent_span_id', span['parentSpanId'])
  set(doc, 'span_name', span['name'])
  set(doc, 'span_kind', enumName(span['kind'], SPAN_KINDS))
  set(doc, 'timestamp', timeOf(span['startTimeUnixNano']))
  set(doc, 'end_timestamp', timeOf(span['endTimeUnixNano']))
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
  const events = objects(span['events']).map(eventDoc)
  if (events.length > 0) doc['events'] = events
  const links = objects(span['links']).map(linkDoc)
  if (links.length > 0) doc['links'] = links
  return doc
}

function eventDoc(event: JsonObject): JsonObject {
  const doc: JsonObject = {}
  set(doc, 'name', event['name'])
  set(doc, 'timestamp', timeOf(event['timeUnixNano']))
  setAttributes(doc, 'attributes', event)
  return doc
}

function linkDoc(link: JsonObject): JsonObject {
  const doc: JsonObject = {}
  set(doc, 'trace_id', link['traceId'])
  set(doc, 'span_id', link['spanId'])
  setAttributes(doc, 'attributes', link)
  return doc
}

function timeOf(value: JsonValue | undefined): string | undefined {
  const nanos = nanosOf(value)
  return nanos === undefined ? undefined : formatRfc3339(nanos)
}

import type { Arch } from './assumptions.ts'
import type { PriceId } from './price-book.ts'

/** The rows of an estimate, in the order in which they are printed. */
export const COMPONENT_IDS = [
  'indexer_compute',
  'searcher_compute',
  'searcher_cold_starts',
  'generator_compute',
  'function_requests',
  'ephemeral_storage',
  'index_storage',
  'staging_storage',
  's3_writes',
  's3_reads',
  'api_gateway',
  'secret',
  'logs_ingested',
  'logs_stored',
  'data_out',
  'schedule',
  'notifications',
  'alarms',
  'notify_key',
  'firehose',
] as const

export type ComponentId = (typeof COMPONENT_IDS)[number]

export const COMPONENT_LABELS: Readonly<Record<ComponentId, string>> = {
  indexer_compute: 'indexer compute',
  searcher_compute: 'searcher compute',
  searcher_cold_starts: 'searcher cold starts',
  generator_compute: 'generator compute',
  function_requests: 'function requests',
  ephemeral_storage: 'extra ephemeral storage',
  index_storage: 'index storage',
  staging_storage: 'staging storage',
  s3_writes: 'S3 writes',
  s3_reads: 'S3 reads',
  api_gateway: 'API Gateway',
  secret: 'secret',
  logs_ingested: 'logs, ingested',
  logs_stored: 'logs, stored',
  data_out: 'data out',
  schedule: 'schedule',
  notifications: 'notifications',
  alarms: 'alarms',
  notify_key: 'key of the alarms',
  firehose: 'Firehose',
}

/** What one unit of the component is bought at. */
export function priceIdOf(component: ComponentId, arch: Arch): PriceId {
  switch (component) {
    case 'indexer_compute':
    case 'searcher_compute':
    case 'searcher_cold_starts':
    case 'generator_compute':
      return computePriceId(arch)
    case 'function_requests':
      return 'lambdaRequest'
    case 'ephemeral_storage':
      return 'ephemeralGbSecond'
    case 'index_storage':
    case 'staging_storage':
      return 's3StorageGbMonth'
    case 's3_writes':
      return 's3Write'
    case 's3_reads':
      return 's3Read'
    case 'api_gateway':
      return 'restApiCall'
    case 'secret':
      return 'secretMonth'
    case 'logs_ingested':
      return 'logIngestGb'
    case 'logs_stored':
      return 'logStorageGbMonth'
    case 'data_out':
      return 'dataOutGb'
    case 'schedule':
      return 'scheduleInvocation'
    case 'notifications':
      return 'queueRequest'
    case 'alarms':
      return 'alarmMonth'
    case 'notify_key':
      return 'keyMonth'
    case 'firehose':
      return 'firehoseGb'
  }
}

export function computePriceId(arch: Arch): PriceId {
  return arch === 'arm64' ? 'lambdaArm64GbSecond' : 'lambdaX86GbSecond'
}

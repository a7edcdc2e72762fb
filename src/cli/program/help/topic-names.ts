export const TOPIC_NAMES = [
  'query',
  'formats',
  'quotas',
  'cost',
  'environment',
  'exit-codes',
  'grafana',
] as const

export type TopicName = (typeof TOPIC_NAMES)[number]

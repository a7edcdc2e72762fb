import type { Style } from '../../format/style.ts'
import { environmentTopic } from './environment-topic.ts'
import { exitCodesTopic } from './exit-codes-topic.ts'
import {
  COST_TOPIC,
  FORMATS_TOPIC,
  GRAFANA_TOPIC,
  QUERY_TOPIC,
  QUOTAS_TOPIC,
} from './topic-texts.ts'
import type { TopicName } from './topic-names.ts'

export const TOPIC_SUMMARIES: Readonly<Record<TopicName, string>> = {
  query: 'the query language, with an example of each form',
  formats: 'what goes to stdout, in which format; what ingest reads',
  quotas: 'limits of AWS and of this tool, and the way round each',
  cost: 'where a month’s money goes, and what cost-estimate assumes',
  environment: 'variables and files, and which comes before which',
  'exit-codes': 'what a script can rely on',
  grafana: 'the data source for logs and dashboards',
}

/** Headings are bold; the text itself fits 80 columns. */
export function topicText(topic: TopicName, style: Style): string {
  const text = textOf(topic).trim()
  const heading = (line: string): boolean => /^[A-Z][^.]*$/.test(line) && !line.startsWith(' ')
  const lines = text.split('\n').map((line) => (heading(line) ? style.paint.bold(line) : line))
  return `${lines.join('\n')}\n`
}

function textOf(topic: TopicName): string {
  switch (topic) {
    case 'query':
      return QUERY_TOPIC
    case 'formats':
      return FORMATS_TOPIC
    case 'quotas':
      return QUOTAS_TOPIC
    case 'cost':
      return COST_TOPIC
    case 'environment':
      return environmentTopic()
    case 'exit-codes':
      return exitCodesTopic()
    case 'grafana':
      return GRAFANA_TOPIC
  }
}

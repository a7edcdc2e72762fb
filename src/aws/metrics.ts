import type { MetricPort, MetricQuery } from '../deploy/ports.ts'
import { call } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

const MINUTE_SECONDS = 60

export function makeMetrics(settings: AwsSettings): MetricPort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-cloudwatch')
    return { sdk, client: new sdk.CloudWatchClient(clientConfig(settings)) }
  })
  return {
    async read(queries, { startMs, endMs }) {
      if (queries.length === 0) return []
      const { sdk, client } = await open()
      // One period over the whole window, in the whole minutes that AWS asks for.
      const minutes = Math.max(1, Math.ceil((endMs - startMs) / 60_000))
      return call('read the metrics', async () => {
        const answer = await client.send(
          new sdk.GetMetricDataCommand({
            StartTime: new Date(endMs - minutes * 60_000),
            EndTime: new Date(endMs),
            MetricDataQueries: queries.map((query, position) => ({
              Id: `m${position}`,
              MetricStat: metricStat(query, minutes * MINUTE_SECONDS),
            })),
          }),
        )
        return queries.map((query, position) => {
          const result = answer.MetricDataResults?.find(({ Id }) => Id === `m${position}`)
          return reduce(query, result?.Values ?? [])
        })
      })
    },
  }
}

function metricStat(query: MetricQuery, periodSeconds: number) {
  return {
    Metric: {
      Namespace: query.namespace,
      MetricName: query.metric,
      Dimensions: Object.entries(query.dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: periodSeconds,
    Stat: query.statistic,
  }
}

/** A period is aligned to the clock, so a window may fall into two of them. */
function reduce(query: MetricQuery, values: readonly number[]): number | undefined {
  const [first] = values
  if (first === undefined) return undefined
  switch (query.statistic) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0)
    case 'Average':
      return values.reduce((sum, value) => sum + value, 0) / values.length
    case 'Maximum':
      return values.reduce((most, value) => Math.max(most, value), first)
  }
}

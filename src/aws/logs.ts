import type { LogGroup, LogLine, LogQuery, LogsPort } from '../deploy/ports.ts'
import { call, errorName, translate } from './aws-errors.ts'
import { clientConfig, lazy, type AwsSettings } from './settings.ts'

export function makeLogs(settings: AwsSettings): LogsPort {
  const open = lazy(async () => {
    const sdk = await import('@aws-sdk/client-cloudwatch-logs')
    return { sdk, client: new sdk.CloudWatchLogsClient(clientConfig(settings)) }
  })
  async function* lines(query: LogQuery, signal?: AbortSignal): AsyncGenerator<LogLine> {
    const { sdk, client } = await open()
    const input = {
      logGroupName: query.group,
      startTime: query.startMs,
      ...(query.endMs !== undefined && { endTime: query.endMs }),
      ...(query.pattern !== '' && { filterPattern: query.pattern }),
    }
    try {
      for await (const page of sdk.paginateFilterLogEvents({ client }, input)) {
        signal?.throwIfAborted()
        for (const event of page.events ?? []) {
          const text = (event.message ?? '').trimEnd()
          yield { group: query.group, atMs: event.timestamp ?? 0, text }
        }
      }
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : translate(error, `read ${query.group}`)
    }
  }
  return {
    lines,
    async groups(prefix) {
      const { sdk, client } = await open()
      return call(`list the log groups that begin with ${prefix}`, async () => {
        const found: LogGroup[] = []
        const input = { logGroupNamePrefix: prefix }
        for await (const page of sdk.paginateDescribeLogGroups({ client }, input)) {
          for (const group of page.logGroups ?? []) {
            found.push({ name: group.logGroupName ?? '', storedBytes: group.storedBytes ?? 0 })
          }
        }
        return found
      })
    },
    async deleteGroup(name) {
      const { sdk, client } = await open()
      await call(`delete the log group ${name}`, async () => {
        try {
          await client.send(new sdk.DeleteLogGroupCommand({ logGroupName: name }))
        } catch (error) {
          if (errorName(error) !== 'ResourceNotFoundException') throw error
        }
      })
    },
  }
}

import { once } from 'node:events'
import { defineCommand } from '../command/command.ts'
import { choice, text } from '../command/option.ts'
import { openRoute, VIA_CHOICES } from '../stack/route.ts'

export const mcpCommand = defineCommand({
  description:
    'A Model Context Protocol server on standard input and output, for assistants that start it themselves. It only reads: list_indexes, list_fields, search and aggregate.',
  options: {
    index: text('--index <id>', 'the index of calls that name none (the stack’s default)'),
    via: choice('--via <way>', 'what carries the searches (auto)', VIA_CHOICES),
  },
  examples: ['qw-lambda mcp', 'qw-lambda mcp --stack shop-prod --via lambda'],
  async run(context, { options }) {
    const route = await openRoute(context, options.via ?? 'auto')
    // The protocol's library is loaded for this command alone.
    const { openMcpServer } = await import('./mcp-server.ts')
    const { signal, version } = context
    const server = await openMcpServer({ route, defaultIndex: options.index, context }, version)
    if (process.stdin.isTTY) {
      context.report.hint('This waits for an assistant: docs/GUIDE.md shows how one is told of it.')
    }
    const gone = once(process.stdin, 'close', { signal }).catch(() => undefined)
    const ended = once(process.stdin, 'end', { signal }).catch(() => undefined)
    await Promise.race([gone, ended])
    await server.close()
  },
})

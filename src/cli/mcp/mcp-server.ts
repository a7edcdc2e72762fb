import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { z } from 'zod'
import { QwError } from '../../engine/errors.ts'
import { aggregate, listFields, listIndexes, MAX_HITS, search, type ToolHost } from './mcp-tools.ts'

const INDEX = z
  .string()
  .optional()
  .describe('index id, or a pattern such as logs-*; left out: the default index')
const QUERY = z
  .string()
  .default('*')
  .describe(
    'clauses joined by AND, OR, NOT: word, field:word, "a phrase", field:"a phrase", field:pre*, field:>5, field:[1 TO 9], field:IN [a b]; * finds everything',
  )
const TIME = {
  since: z.string().optional().describe('from this time on: 15m (ago), 2026-11-23, RFC 3339, Unix'),
  until: z.string().optional().describe('before this time, written like since'),
}

/** The server, connected to standard input and output: until it is closed these are the protocol's. */
export async function openMcpServer(host: ToolHost, version: string): Promise<McpServer> {
  const server = new McpServer({ name: 'qw-lambda', version })
  const readOnly = { annotations: { readOnlyHint: true, openWorldHint: false } }
  server.registerTool(
    'list_indexes',
    { ...readOnly, description: 'Every index with its documents, size and time range.' },
    () => answer(() => listIndexes(host)),
  )
  server.registerTool(
    'list_fields',
    {
      ...readOnly,
      description:
        'The fields of an index with their types: which can be searched, and which can be sorted and aggregated. Ask before writing a query.',
      inputSchema: { index: INDEX },
    },
    (asked) => answer(() => listFields(host, asked)),
  )
  server.registerTool(
    'search',
    {
      ...readOnly,
      description: 'Documents that a query finds, and how many there are in all.',
      inputSchema: {
        index: INDEX,
        query: QUERY,
        ...TIME,
        limit: z.int().min(0).max(MAX_HITS).default(10).describe('documents to return'),
        sort: z.string().optional().describe('a field that can be aggregated; no text'),
        order: z.enum(['desc', 'asc']).default('desc').describe('of sort: desc is greatest first'),
      },
    },
    (asked) => answer(() => search(host, asked)),
  )
  server.registerTool(
    'aggregate',
    {
      ...readOnly,
      description:
        'Counts and statistics over what a query finds, as Elasticsearch aggregations: {"by_status": {"terms": {"field": "status"}}}, date_histogram, range, avg, max, percentiles, nested with aggs.',
      inputSchema: {
        index: INDEX,
        query: QUERY,
        ...TIME,
        aggs: z.record(z.string(), z.unknown()).describe('aggregations by name'),
      },
    },
    (asked) => answer(() => aggregate(host, asked)),
  )
  await server.connect(new StdioServerTransport())
  return server
}

interface ToolAnswer {
  [key: string]: unknown
  content: { type: 'text'; text: string }[]
  isError?: boolean
}

/** What is wrong with a call is an answer, so that the assistant can mend it. */
async function answer(work: () => Promise<string>): Promise<ToolAnswer> {
  try {
    return { content: [{ type: 'text', text: await work() }] }
  } catch (error) {
    if (!(error instanceof QwError)) throw error
    const { message, why, fix } = error
    const parts = [message, why, fix === undefined ? undefined : `Way out: ${fix}`]
    const text = parts.filter((part) => part !== undefined).join('\n')
    return { content: [{ type: 'text', text }], isError: true }
  }
}

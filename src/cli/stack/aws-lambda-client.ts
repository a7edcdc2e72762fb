import { heldResponse } from '../../api/held-response.ts'
import { callSearcher, type SearcherRequest } from '../../deploy/searcher-call.ts'
import type { FunctionPort } from '../../deploy/ports.ts'
import { QwError } from '../../engine/errors.ts'
import type { ApiClient } from './api-client.ts'
import { outputOf, type Deployment } from './aws-deployment.ts'

/** The API by Lambda Invoke, with the caller's AWS credentials and no key. Adds what AWS tells of the
 *  invocation as headers (`x-qw-billed-ms`, `x-qw-memory-mb`, `x-qw-cold`, `x-qw-request-id`). */
export function lambdaClient(deployment: Deployment): ApiClient {
  const { functions } = deployment.session.ports
  return invokeClient(outputOf(deployment, 'SearcherFunction'), functions)
}

/** `searcher` is the function's name. */
export function invokeClient(searcher: string, functions: FunctionPort): ApiClient {
  return {
    via: 'lambda',
    async fetch(request) {
      const { signal } = request
      const sent = await searcherRequest(request)
      const answer = await callSearcher(searcher, sent, functions, signal).catch(timeoutSaid)
      const headers = { ...answer.headers, ...invocationHeaders(answer.logTail) }
      // The runtime's own type of bytes; nobody else holds the buffer.
      const body = Uint8Array.from(answer.body)
      return heldResponse(body, { status: answer.status, headers })
    },
  }
}

/** AWS tells a function that ran out of time from one that failed by its words alone. */
function timeoutSaid(error: unknown): never {
  if (error instanceof QwError && /Task timed out after/.test(error.message)) {
    throw new QwError('tooLarge', 'the searcher ran out of time', {
      code: 'REQ-TIMEOUT',
      fix: 'narrow the time range, or qw-lambda deploy --searcher-memory 3008',
      cause: error,
    })
  }
  throw error
}

async function searcherRequest(request: Request): Promise<SearcherRequest> {
  const { pathname, searchParams } = new URL(request.url)
  const body = await request.text()
  return {
    method: methodOf(request.method),
    path: pathname,
    query: Object.fromEntries(searchParams),
    contentType: request.headers.get('content-type') ?? undefined,
    ...(body === '' ? {} : { body }),
  }
}

function methodOf(method: string): SearcherRequest['method'] {
  if (method === 'HEAD') return 'GET'
  if (method === 'GET' || method === 'POST' || method === 'PUT' || method === 'DELETE')
    return method
  throw new QwError('invalid', `the API has no ${method}`)
}

/** From the last lines of the run's log, the REPORT line that AWS writes itself among them. */
export function invocationHeaders(logTail: string): Record<string, string> {
  const report = logTail.split('\n').findLast((line) => line.startsWith('REPORT '))
  if (report === undefined) return {}
  const [, billedMs] = /Billed Duration: ([\d.]+) ms/.exec(report) ?? []
  const [, memoryMb] = /Memory Size: (\d+) MB/.exec(report) ?? []
  const [, requestId] = /RequestId: (\S+)/.exec(report) ?? []
  const [, reads] = /"event":"request".*"reads":(\d+)/.exec(logTail) ?? []
  return {
    ...(billedMs === undefined ? {} : { 'x-qw-billed-ms': billedMs }),
    ...(memoryMb === undefined ? {} : { 'x-qw-memory-mb': memoryMb }),
    ...(requestId === undefined ? {} : { 'x-qw-request-id': requestId }),
    ...(reads === undefined ? {} : { 'x-qw-reads': reads }),
    'x-qw-cold': String(report.includes('Init Duration')),
  }
}

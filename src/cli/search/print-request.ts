import { parseJson, stringifyJson, type JsonObject } from '../../engine/bytes/json.ts'
import { QwError } from '../../engine/errors.ts'
import type { RouteAddress } from '../stack/route.ts'

export interface PrintedRequest {
  readonly index: string
  readonly dialect: 'native' | 'elastic'
  readonly body: string
}

/** Path below the endpoint. */
export function searchPath(index: string, dialect: PrintedRequest['dialect']): string {
  const id = encodeURIComponent(index)
  return dialect === 'native' ? `/${id}/search` : `/_elastic/${id}/_search`
}

/** A command for a POSIX shell; a key is `$QWL_API_KEY`, never its value. */
export function curlCommand(
  { index, dialect, body }: PrintedRequest,
  address: RouteAddress,
): string {
  const parts = [
    `curl -sS --compressed ${quoted(`${address.endpoint}/api/v1${searchPath(index, dialect)}`)}`,
    `-H 'content-type: application/json'`,
    ...(address.needsKey ? [`-H "x-api-key: $QWL_API_KEY"`] : []),
    `-d ${quoted(body)}`,
  ]
  return `${parts.join(' \\\n  ')}\n`
}

/** The AWS CLI calling the searcher function, whose name is in its stack. */
export function invokeCommand(
  { index, dialect, body }: PrintedRequest,
  address: RouteAddress,
): string {
  if (address.cloudStack === undefined) {
    throw new QwError(
      'invalid',
      'there is no function to invoke: this search does not run in AWS',
      {
        code: 'VIA-NONE',
        fix: '--print curl',
      },
    )
  }
  const find = `aws cloudformation describe-stack-resource --stack-name ${quoted(address.cloudStack)} --logical-resource-id Searcher --query StackResourceDetail.PhysicalResourceId --output text`
  const event: JsonObject =
    dialect === 'native'
      ? { index_id: index, ...objectOf(body) }
      : { httpMethod: 'POST', path: `/api/v1${searchPath(index, dialect)}`, body }
  const parts = [
    `aws lambda invoke --function-name "$(${find})"`,
    '--cli-binary-format raw-in-base64-out',
    `--payload ${quoted(stringifyJson(event))} /dev/stdout`,
  ]
  return `${parts.join(' \\\n  ')}\n`
}

function objectOf(body: string): JsonObject {
  // Written by us, or read as an object before.
  return parseJson(body) as JsonObject
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

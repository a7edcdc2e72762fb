import { fstatSync, readlinkSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import {
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../engine/bytes/json.ts'
import { messageOf, QwError } from '../../engine/errors.ts'
import type { QueryAst } from '../../engine/query/query-ast.ts'
import { parseQueryString } from '../../engine/query/query-string.ts'
import { readGivenText } from '../command/given-file.ts'
import { caretUnder } from '../format/caret.ts'
import type { SearchOptions } from './search-options.ts'

const STDIN = '-'

/** A file's text, or stdin's for `-`. Throws `notFound` naming the flag. */
export async function readArgument(path: string, flag: string): Promise<string> {
  return await readGivenText(path, `check ${flag}`)
}

/** The same as an object; a mistake in it names the file. */
export async function readObjectArgument(
  path: string,
  flag: string,
): Promise<{ readonly text: string; readonly value: JsonObject }> {
  const text = await readArgument(path, flag)
  const from = path === STDIN ? 'stdin' : path
  let value: JsonValue
  try {
    value = parseJson(text)
  } catch (cause) {
    throw new QwError('invalid', `the body in ${from}: ${messageOf(cause)}`, {
      fix: `check ${flag}`,
      cause,
    })
  }
  if (isJsonObject(value)) return { text, value }
  throw new QwError('invalid', `the body in ${from} is not a JSON object`, { fix: `check ${flag}` })
}

interface QuerySources {
  readonly argument: string | undefined
  readonly options: Pick<SearchOptions, 'query' | 'queryFile'>
}

/** The query as typed, from a file or from stdin; everything when there is none. */
export async function readQuery({ argument, options }: QuerySources): Promise<string> {
  const given = [argument, options.query, options.queryFile].filter((text) => text !== undefined)
  if (given.length > 1) {
    throw new QwError('invalid', 'there are two queries', {
      code: 'USAGE',
      fix: 'give one: as the argument, with -Q, or with --query-file',
    })
  }
  if (options.queryFile !== undefined)
    return (await readArgument(options.queryFile, '--query-file')).trim()
  if (argument === STDIN) return (await textOf(process.stdin)).trim()
  return argument ?? options.query ?? '*'
}

/** `search quantity:>5` without quotes is `search quantity:` with stdout in a new file `5`. */
export function refuseSwallowedRedirect(query: string): void {
  if (!/:=?$/.test(query.trimEnd()) || !fstatSync(1).isFile()) return
  const file = stdoutPath()
  throw new QwError('invalid', 'your shell probably took `>` as a redirect', {
    code: 'QUERY-REDIRECT',
    why: `the query ends in \`${query.trimEnd().slice(-20)}\` and stdout goes to ${file === undefined ? 'a file' : `the file ${file}`}`,
    fix: `quote the query: qw-lambda search '${query.trimEnd()}>${file?.split('/').at(-1) ?? '5'}'${file === undefined ? '' : `\nand remove the file: rm '${file}'`}`,
  })
}

function stdoutPath(): string | undefined {
  try {
    return readlinkSync('/proc/self/fd/1')
  } catch {
    // Only Linux tells.
    return undefined
  }
}

/** Parsed here before anything is asked, so that a mistake is shown at once. Throws QUERY-SYNTAX. */
export function parseQuery(query: string, ascii: boolean): QueryAst {
  try {
    return parseQueryString(query, { defaultOperator: 'and' })
  } catch (error) {
    if (error instanceof QwError && error.code === 'QUERY-SYNTAX')
      throw withCaret(error, query, ascii)
    throw error
  }
}

/** The error with the query's line and a caret under the character that is wrong. */
function withCaret(error: QwError, query: string, ascii: boolean): QwError {
  const { position } = error
  if (position === undefined) return error
  return new QwError(error.kind, error.message, {
    code: error.code,
    why: caretUnder(query, position, { ascii }),
    fix: error.fix ?? 'qw-lambda help query',
    position,
    cause: error,
  })
}

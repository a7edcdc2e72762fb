import type { AwsCredentials } from '../aws/request-signature.ts'
import { QwError } from '../engine/errors.ts'

/** The function's environment variables; names and defaults are those of
 *  Quickwit's removed Lambda packaging. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where metastore and splits are in the index bucket, unless the environment says otherwise. */
export const INDEX_PREFIX = 'index'

interface IndexPlace {
  readonly bucket: string
  /** Empty, or ends with a slash. */
  readonly prefix: string
}

/**
 * Where metastore and splits are. They were two settings once; here one store holds both, since a
 * split and the record of it are published together.
 */
export function indexPlaceOf(env: Environment): IndexPlace {
  const metastore = place(env, 'QW_LAMBDA_METASTORE_BUCKET', 'QW_LAMBDA_METASTORE_PREFIX')
  const index = place(env, 'QW_LAMBDA_INDEX_BUCKET', 'QW_LAMBDA_INDEX_PREFIX')
  if (metastore.bucket === index.bucket && metastore.prefix === index.prefix) return index
  throw new QwError(
    'invalid',
    `metastore (${metastore.bucket}/${metastore.prefix}) and index (${index.bucket}/${index.prefix}) are in different places`,
    {
      fix: 'set QW_LAMBDA_METASTORE_BUCKET and _PREFIX to the same as QW_LAMBDA_INDEX_BUCKET and _PREFIX',
    },
  )
}

function place(env: Environment, bucketName: string, prefixName: string): IndexPlace {
  const prefix = (env[prefixName] ?? INDEX_PREFIX).replaceAll(/^\/+|\/+$/g, '')
  return { bucket: required(env, bucketName), prefix: prefix === '' ? '' : `${prefix}/` }
}

/** Throws `invalid` naming the variable. */
export function required(env: Environment, name: string): string {
  const value = optional(env, name)
  if (value !== undefined) return value
  throw new QwError('invalid', `the environment variable ${name} is not set`)
}

/** An empty variable counts as none: a template has no way to leave one out per deployment. */
export function optional(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value === undefined || value === '' ? undefined : value
}

export function flag(env: Environment, name: string): boolean {
  const value = optional(env, name)?.toLowerCase() ?? 'false'
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw new QwError('invalid', `${name} has to be true or false, not \`${value}\``)
}

/** A number of at least 0. */
export function amount(env: Environment, name: string, fallback: number): number {
  const text = optional(env, name)
  if (text === undefined) return fallback
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw new QwError('invalid', `${name} has to be a number of at least 0, not \`${text}\``)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9 }

/** Bytes with an optional unit: `64M`, `512K`, `1GB`. */
export function byteAmount(env: Environment, name: string, fallback: number): number {
  const text = optional(env, name)
  if (text === undefined) return fallback
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)B?$/i.exec(text.trim())
  const unit = UNITS[match?.[2]?.toUpperCase() ?? '']
  if (match !== null && unit !== undefined) return Math.floor(Number(match[1]) * unit)
  throw new QwError('invalid', `${name} has to be a size such as 64M, not \`${text}\``)
}

/** A merge takes 2 bytes for each of its inputs where documents are numbers and words, and 3 where they are
 *  long texts with positions and values that come once. */
const MEMORY_PER_MERGE_BYTE = 4
/** What the process takes without it. */
const PROCESS_BYTES = 256 * 1024 * 1024
/** Larger merges take too long for what they save. */
const MAX_MERGE_BYTES = 1024 * 1024 * 1024

/** Lambda gives a function a core for each so many megabytes of memory. */
const MEMORY_MB_PER_CORE = 1_769
/** More threads would hold more than they are worth. */
const CORES_MAX = 4

/** Bytes of splits merged at once: a quarter of the function's memory beyond 256 MB, 1 GB at most. */
export function maxMergeBytes(env: Environment): number {
  const memoryMb = amount(env, 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 1_536)
  const free = Math.max(0, memoryMb * 1024 * 1024 - PROCESS_BYTES)
  return Math.min(Math.floor(free / MEMORY_PER_MERGE_BYTE), MAX_MERGE_BYTES)
}

/** Cores of a function, rounded, at least one: two threads gain from 1.7 as well. Its system counts two or
 *  more, whatever it may use of each. */
export function coresOf(env: Environment): number {
  const memoryMb = amount(env, 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', MEMORY_MB_PER_CORE)
  return Math.max(1, Math.min(CORES_MAX, Math.round(memoryMb / MEMORY_MB_PER_CORE)))
}

/** Lambda puts the role's keys into the environment and starts another process before they expire. */
export function lambdaCredentials(env: Environment): AwsCredentials {
  return {
    accessKeyId: required(env, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: required(env, 'AWS_SECRET_ACCESS_KEY'),
    sessionToken: optional(env, 'AWS_SESSION_TOKEN'),
  }
}

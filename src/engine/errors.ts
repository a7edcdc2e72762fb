/**
 * What the caller does next decides the kind:
 * `invalid` fix the input · `notFound` name something that exists · `conflict` reload and retry ·
 * `unavailable` back off and retry · `corrupt` stop and alarm · `tooLarge` ask for less · `internal` our bug.
 */
export type ErrorKind =
  | 'invalid'
  | 'notFound'
  | 'conflict'
  | 'unavailable'
  | 'corrupt'
  | 'tooLarge'
  | 'internal'

/**
 * Every code of the product with its one kind, by who throws it first. A code is worth having where
 * somebody looks it up or a program acts on it; a kind is enough for most errors. The tables of exit
 * codes and of HTTP statuses have a row for each: the compiler asks for it.
 */
const KIND_OF_CODE = {
  // The engine: metastore, splits, sources.
  'INDEX-EXISTS': 'invalid',
  'INDEX-NONE': 'notFound',
  'INDEX-SNAPSHOTS': 'invalid',
  'INGEST-FORMAT': 'invalid',
  'META-CONFLICT': 'conflict',
  REINDEXED: 'invalid',
  'SNAPSHOT-EXISTS': 'invalid',
  'SNAPSHOT-NONE': 'notFound',
  'SOURCE-DAMAGED': 'corrupt',
  'SOURCE-NONE': 'notFound',
  'SPLIT-NONE': 'notFound',
  'SPLIT-VERSION': 'invalid',
  // Queries and aggregations.
  'AGG-LIMIT': 'tooLarge',
  'QUERY-FIELD': 'invalid',
  'QUERY-LIMIT': 'tooLarge',
  'QUERY-REGEX': 'invalid',
  'QUERY-SCHEMA': 'invalid',
  'QUERY-SYNTAX': 'invalid',
  'QUERY-VALUE': 'invalid',
  // The HTTP API and the functions behind it.
  'BODY-LIMIT': 'tooLarge',
  'CONTENT-ENCODING': 'invalid',
  'CONTENT-TYPE': 'invalid',
  'DOC-REJECTED': 'invalid',
  'KEY-MISSING': 'invalid',
  'KEY-REJECTED': 'invalid',
  'LENGTH-REQUIRED': 'invalid',
  MAPPING: 'invalid',
  METHOD: 'invalid',
  'NOT-IMPLEMENTED': 'invalid',
  'PARSE-QUERY': 'invalid',
  'REQ-TIMEOUT': 'tooLarge',
  'REQUEST-DECODE': 'invalid',
  'REQUEST-PARAM': 'invalid',
  'RESP-TOO-BIG': 'tooLarge',
  ROUTE: 'notFound',
  'SCROLL-GONE': 'invalid',
  'SEARCH-TIMEOUT': 'unavailable',
  'SOURCE-MANAGED': 'invalid',
  // AWS, whichever of its services answers.
  AWS: 'internal',
  'AWS-FAULT': 'unavailable',
  'BUCKET-NAME-BUSY': 'unavailable',
  'BUCKET-NONE': 'invalid',
  'BUCKET-TAKEN': 'conflict',
  CONFLICT: 'conflict',
  'CRED-EXPIRED': 'invalid',
  'CRED-NONE': 'invalid',
  'CRED-REJECTED': 'invalid',
  'CRED-SKEW': 'invalid',
  NETWORK: 'unavailable',
  'NOTIFICATION-OVERLAP': 'conflict',
  'NOT-FOUND': 'notFound',
  'PERM-MISSING': 'invalid',
  'PERM-SCP': 'invalid',
  'REGION-DISABLED': 'invalid',
  'REGION-NONE': 'invalid',
  'REGION-WRONG': 'invalid',
  'REQ-TOO-BIG': 'tooLarge',
  THROTTLED: 'unavailable',
  // Deploying, checking and removing a stack.
  'ACCOUNT-WRONG': 'invalid',
  'API-LOG-ROLE': 'invalid',
  'BUCKET-NOT-EMPTY': 'conflict',
  'BUCKET-NOT-OURS': 'conflict',
  CONFIRM: 'invalid',
  'FUNCTION-FAILED': 'internal',
  'GENERATOR-FAILED': 'internal',
  'GENERATOR-NONE': 'invalid',
  'KEY-NONE': 'invalid',
  'KEY-PENDING': 'unavailable',
  'KEY-TAKEN': 'conflict',
  LEFTOVERS: 'internal',
  'NAME-TAKEN': 'conflict',
  'NOT-SEARCHABLE': 'unavailable',
  'OBJECT-ARCHIVED': 'invalid',
  QUOTA: 'tooLarge',
  'QUOTA-CONCURRENCY': 'tooLarge',
  'QUOTA-MEMORY': 'tooLarge',
  'REPLACES-BUCKET': 'conflict',
  'SECRET-PENDING': 'conflict',
  'SOURCE-EVENTS': 'conflict',
  'STACK-BUSY': 'conflict',
  'STACK-EXISTS': 'conflict',
  'STACK-FAILED': 'internal',
  'STACK-INCOMPLETE': 'conflict',
  'STACK-NONE': 'notFound',
  'STACK-NOT-OURS': 'conflict',
  'STACK-STUCK': 'internal',
  'VERIFY-API': 'internal',
  'VERIFY-SEARCHER': 'internal',
  // The command line and the stack on this machine.
  'AGG-NOTFAST': 'invalid',
  'CONFIG-FILE': 'invalid',
  'ENDPOINT-DOWN': 'unavailable',
  'ENDPOINT-NONE': 'invalid',
  'FILE-EXISTS': 'invalid',
  'FLAGS-MISSING': 'invalid',
  'INDEX-CONFIG': 'invalid',
  'INDEX-EMPTY': 'notFound',
  'INDEX-MISFIT': 'invalid',
  'INGEST-FAILED': 'internal',
  'INGEST-PARTIAL': 'invalid',
  'INGEST-REJECTS': 'invalid',
  'INGEST-S3': 'invalid',
  'INGEST-TIMEOUT': 'unavailable',
  'LOCAL-LOCK': 'conflict',
  'LOCAL-PORT': 'conflict',
  'NOT-SET-UP': 'notFound',
  'PROJECT-EXISTS': 'conflict',
  'QUERY-REDIRECT': 'invalid',
  'RUN-NONE': 'notFound',
  'STACK-AMBIGUOUS': 'invalid',
  USAGE: 'invalid',
  'VIA-NONE': 'invalid',
} as const satisfies Readonly<Record<string, ErrorKind>>

/** Catalogue code without its prefix, such as `QUERY-SYNTAX`. */
export type ErrorCode = keyof typeof KIND_OF_CODE

type CodeOfKind<K extends ErrorKind> = {
  [C in ErrorCode]: (typeof KIND_OF_CODE)[C] extends K ? C : never
}[ErrorCode]

export function kindOfCode(code: ErrorCode): ErrorKind {
  return KIND_OF_CODE[code]
}

/** Tells our codes apart from AWS's own. */
const SHOWN_PREFIX = 'QWL-'

/** As people and programs see a code. */
export function shownCode(code: ErrorCode): string {
  return `${SHOWN_PREFIX}${code}`
}

/** Undefined for what is no code of this version: a stack of another one may know others. */
export function codeOfShown(text: string): ErrorCode | undefined {
  const code = text.startsWith(SHOWN_PREFIX) ? text.slice(SHOWN_PREFIX.length) : ''
  return isErrorCode(code) ? code : undefined
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(KIND_OF_CODE, text)
}

export interface ErrorFacts<C extends ErrorCode = ErrorCode> {
  code?: C | undefined
  /** Background that the message has no room for. */
  why?: string | undefined
  /** The way out, as a sentence or a command that can be typed; one per line when there are several. */
  fix?: string | undefined
  /** Zero-based character offset in the text that the message quotes. */
  position?: number | undefined
  /** Characters from there that are wrong, where that is known. */
  length?: number | undefined
  cause?: unknown
}

/** The only error class that crosses a room's border. */
export interface QwError extends Error {
  readonly kind: ErrorKind
  readonly code: ErrorCode | undefined
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly position: number | undefined
  readonly length: number | undefined
}

/** A type beside its class, because a constructor alone may ask for a code of the kind that it is given. */
type QwErrorClass = new <K extends ErrorKind>(
  kind: K,
  message: string,
  facts?: ErrorFacts<CodeOfKind<K>>,
) => QwError

export const QwError: QwErrorClass = class extends Error {
  readonly kind: ErrorKind
  readonly code: ErrorCode | undefined
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly position: number | undefined
  readonly length: number | undefined

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'QwError'
    this.kind = kind
    this.code = facts.code
    this.why = facts.why
    this.fix = facts.fix
    this.position = facts.position
    this.length = facts.length
  }
}

export function isQwError(error: unknown, kind?: ErrorKind): error is QwError {
  return error instanceof QwError && (kind === undefined || error.kind === kind)
}

/** The message of anything thrown, for facts lines and reports. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

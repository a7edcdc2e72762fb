import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import { QwError } from '../engine/errors.ts'
import { errorReply } from './api-error.ts'
import { heldResponse } from './held-response.ts'

/** Bytes of a file of the page by its name; undefined: there is none. */
export type PageFiles = (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>

/** What a file may be, by the end of its name; other files are not given out. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['txt', 'text/plain; charset=utf-8'],
])

/** No folder, and nothing that begins with a dot. */
const NAME = /^[a-z0-9][a-z0-9-]*\.([a-z]+)$/

/**
 * The page runs its own script alone and talks to its own address alone, so that a document which gets
 * into it as HTML by a mistake can neither act nor tell; nobody may frame it.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** The page under `/ui/`, which needs no key: what it shows does. */
export function addPageRoutes(app: Hono, files: PageFiles | undefined): void {
  for (const path of ['/', '/ui', '/ui/:file']) {
    app.get(path, async ({ req }) => (await pageReply(req.raw, files)) ?? errorReply(NO_ROUTE))
  }
}

/** What answers a request for the page; undefined: it is not for the page. */
async function pageReply(
  request: Request,
  files: PageFiles | undefined,
): Promise<Response | undefined> {
  const path = new URL(request.url).pathname.replaceAll(/\/{2,}/g, '/')
  if (path === '/') {
    // Whoever does not read HTML asks for something else here, such as the version of Elasticsearch.
    const isBrowser = request.headers.get('accept')?.includes('text/html') === true
    return files !== undefined && isBrowser ? moved() : undefined
  }
  // The files of the page name each other beside them.
  if (path === '/ui') return moved()
  if (!path.startsWith('/ui/')) return undefined
  const reply = await fileReply(request, files, path.slice('/ui/'.length) || 'index.html')
  for (const [name, value] of Object.entries(HEADERS)) reply.headers.set(name, value)
  return reply
}

/** Beside the path that was asked for, so that it holds below the base path of a custom domain. */
function moved(): Response {
  return new Response(null, { status: 302, headers: { location: 'ui/' } })
}

/** Kept by browsers and asked for again each time: 304 while it is the same. */
async function fileReply(
  { headers: asked }: Request,
  files: PageFiles | undefined,
  name: string,
): Promise<Response> {
  if (files === undefined) return errorReply(NO_PAGE)
  const type = TYPES.get(NAME.exec(name)?.[1] ?? '')
  const bytes = type === undefined ? undefined : await files(name)
  if (type === undefined || bytes === undefined) {
    return errorReply(name === 'index.html' ? NOT_BUILT : NO_FILE)
  }
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const headers = { 'cache-control': 'no-cache', etag }
  const known = (asked.get('if-none-match') ?? '').split(',').map((text) => text.trim())
  if (known.includes(etag)) return new Response(null, { status: 304, headers })
  return heldResponse(bytes, { headers: { ...headers, 'content-type': type } })
}

const NO_ROUTE = refusal('Route not found')
const NO_FILE = refusal('the page has no such file')
const NOT_BUILT = refusal(
  'this build holds no page',
  'install qw-lambda from npm, or in its sources: npm run build',
)
const NO_PAGE = refusal(
  'the page is not served here',
  'qw-lambda serve --proxy shows it, or put it behind the HTTP API: qw-lambda deploy --page',
)

function refusal(message: string, fix?: string): QwError {
  return new QwError('notFound', message, { code: 'ROUTE', fix })
}

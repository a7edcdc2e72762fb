import { isIP } from 'node:net'

/** Of a request, what tells whether a page of another site is behind it. */
interface Asked {
  readonly host?: string | undefined
  readonly origin?: string | undefined
  /** Where a browser says that the request comes from, and what for (Fetch Metadata). */
  readonly 'sec-fetch-site'?: string | string[] | undefined
  readonly 'sec-fetch-mode'?: string | string[] | undefined
}

/**
 * Why a server that asks for no key does not answer a request; undefined: it does.
 *
 * A page that a person visits runs on the same machine as this server. It can post a form to it (an
 * `Origin` says so), and when its own name is made to mean this machine it can read the answers too
 * (DNS rebinding: the `Host` is that name). A number cannot be made to mean something else, nor can
 * `localhost`. What it loads as a picture or a script has no `Origin`, but browsers say that it is of
 * another site; a link that a person follows is that too, and is answered.
 */
export function foreignPage(asked: Asked, corsOrigin: string | undefined): string | undefined {
  const { host, origin } = asked
  if (host !== undefined && !isOwnName(hostNameOf(host))) {
    return `this server answers as localhost or by its number, not as ${host}: another name needs --api-key-file`
  }
  if (origin === undefined && isForeignPart(asked) && corsOrigin !== '*') {
    return 'pages of other sites may not load this: open it by its own address'
  }
  if (origin === undefined || corsOrigin === '*' || origin === corsOrigin) return undefined
  if (host !== undefined && origin === `http://${host}`) return undefined
  return `pages of ${origin} may not ask: start with --cors ${origin} if they should`
}

function isForeignPart(asked: Asked): boolean {
  return asked['sec-fetch-site'] === 'cross-site' && asked['sec-fetch-mode'] !== 'navigate'
}

function isOwnName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0
}

/** `[::1]:7280` and `LOCALHOST:7280` without port, brackets and capitals. */
function hostNameOf(host: string): string {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
}

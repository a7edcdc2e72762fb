import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

/** Below this, headers outweigh what compressing saves. */
const MIN_BYTES = 1_024
/** Best first, where a client takes several alike. */
const CODINGS = ['gzip', 'deflate', 'br'] as const

type Coding = (typeof CODINGS)[number]

/** On this machine bytes are cheap and time is not: the quickest level of each. */
const ENCODERS: Readonly<Record<Coding, (body: Uint8Array) => Promise<Buffer>>> = {
  gzip: (body) => promisify(zlib.gzip)(body, { level: 1 }),
  deflate: (body) => promisify(zlib.deflate)(body, { level: 1 }),
  br: (body) =>
    promisify(zlib.brotliCompress)(body, {
      params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 },
    }),
}

/**
 * The coding of an answer by the request's Accept-Encoding (RFC 9110, 12.5.3): the one of the highest
 * weight that is known here; undefined sends the body as it is, as for a client that names none.
 */
export function acceptedCoding(accept: string | undefined): Coding | undefined {
  const weights = new Map<string, number>()
  for (const part of (accept ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim())
    const weight = parameters.find((text) => text.startsWith('q='))
    if (name !== '') weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)))
  }
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0
  let best: Coding | undefined
  // Identity needs no naming: it loses only to a coding that is wanted at least as much.
  let bestWeight = weights.get('identity') ?? 0
  for (const coding of CODINGS) {
    const weight = weights.has(coding) || coding === 'gzip' ? weightOf(coding) : 0
    const isBetter = best === undefined ? weight >= bestWeight : weight > bestWeight
    if (weight > 0 && isBetter) {
      best = coding
      bestWeight = weight
    }
  }
  return best
}

/** The body in the coding, with the header that says so; small bodies stay as they are. */
export async function encodeBody(
  body: Uint8Array,
  accept: string | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly coding: Coding | undefined }> {
  const coding = body.length < MIN_BYTES ? undefined : acceptedCoding(accept)
  if (coding === undefined) return { bytes: body, coding }
  return { bytes: await ENCODERS[coding](body), coding }
}

/**
 * The few elements of S3's answers that we read. Not a parser: S3 writes flat elements without
 * attributes of ours, comments or CDATA, and a whole parser would be most of the client.
 */

/** The text of the first element of this name; undefined when there is none. */
export function textIn(xml: string, name: string): string | undefined {
  const match = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)
  return match === null ? undefined : unescapeXml(match[1] ?? '')
}

/** The inner XML of every element of this name. */
export function elementsIn(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g')
  return [...xml.matchAll(pattern)].map((match) => match[1] ?? '')
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return NAMED[String(name)] ?? whole
  })
}

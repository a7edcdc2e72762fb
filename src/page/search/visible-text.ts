// oxlint-disable no-control-regex -- these are what must not act on the page
/**
 * What does not show itself or turns the reading order around: C0 but line feeds and tabs, DEL, C1,
 * bidirectional controls, Unicode's line separators.
 */
const ACTING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g
// oxlint-enable no-control-regex

/** Text of a document as people can read it: `␛` for an escape, `\u202e` for an override. */
export function visibleText(text: string): string {
  return text.replaceAll(ACTING, (char) => {
    const code = char.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return String.raw`\u${code.toString(16).padStart(4, '0')}`
  })
}

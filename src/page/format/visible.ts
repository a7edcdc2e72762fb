// oxlint-disable no-control-regex -- these are what a person must be able to see
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * The text with control characters and those that turn the reading order around shown as signs: a file
 * name of a document must not read `invoice-exe.png` when it ends in `.exe`. Line feeds and tabs stay.
 */
export function visibleText(text: string): string {
  return text.replaceAll(UNSEEN, (char) => {
    const code = char.charCodeAt(0)
    return code < 0x20
      ? String.fromCharCode(0x2400 + code)
      : String.raw`\u${code.toString(16).padStart(4, '0')}`
  })
}

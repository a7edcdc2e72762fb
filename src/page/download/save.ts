/** Hands a text to the browser as a file. */
export function saveText(text: string | readonly string[], name: string, type: string): void {
  const parts = typeof text === 'string' ? [text] : [...text]
  const address = URL.createObjectURL(new Blob(parts, { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has begun by then, and would keep the text for as long as the page is open.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** Hands a text to the browser as a file. */
export function saveText(text: string, name: string, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  link.download = name
  link.click()
  // The browser has begun by then, and would keep the text for as long as the page is open.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

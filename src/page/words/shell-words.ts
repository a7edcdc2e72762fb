/** A word as a POSIX shell takes it back, quoted where it has to be. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** One command for a POSIX shell, on one line unless a word has line breaks. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

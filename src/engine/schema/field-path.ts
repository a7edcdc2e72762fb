/**
 * Paths join names with `.`; a dot inside a name is written `\.`. Nothing else is escaped: a
 * backslash elsewhere stands for itself.
 */
export function escapeName(name: string): string {
  return name.includes('.') ? name.replaceAll('.', '\\.') : name
}

export function joinPath(prefix: string, escapedName: string): string {
  return prefix === '' ? escapedName : `${prefix}.${escapedName}`
}

/** The names of a path, still escaped. */
export function splitPath(path: string): string[] {
  return path.includes('\\.') ? path.split(/(?<!\\)\./) : path.split('.')
}

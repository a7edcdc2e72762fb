export interface FunctionBundle {
  readonly name: string
  readonly code: Uint8Array
  readonly zip: Uint8Array
  /** Of the zip, in hex. */
  readonly sha256: string
  /** Names of the packages that are inside. */
  readonly packages: readonly string[]
}

export function bundleFunctions(): Promise<FunctionBundle[]>

import { SCAN_KERNEL } from './scan-kernel-bytes.ts'

/** Tests 4096 keys of one array type for being in [low, high], bounds included; `words` get a bit for each. */
export interface ScanKernel {
  readonly bytes: BlockScan<Uint8Array>
  readonly shorts: BlockScan<Uint16Array>
  readonly ints: BlockScan<Uint32Array>
  readonly doubles: BlockScan<Float64Array>
}

type BlockScan<Keys> = (keys: Keys, low: number, high: number, words: Uint32Array) => void

/** Keys of a call: a block of a column. */
export const KERNEL_KEYS = 4096
/** As in assembly/scan.ts. */
const WORDS_ADDRESS = 32_768

/** What assembly/scan.ts exports, and its memory. */
interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  scanBytes(count: number, low: number, high: number): void
  scanShorts(count: number, low: number, high: number): void
  scanInts(count: number, low: number, high: number): void
  scanDoubles(count: number, low: number, high: number): void
}

/** What Node has of it: its types come with those of browsers, which the engine does without. */
interface WebAssemblyHost {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: ScanExports }
}

/** To compile it takes about as long as it saves over so many blocks. */
const BLOCKS_TO_START = 1_024

let blocksToStart = BLOCKS_TO_START
let kernel: ScanKernel | undefined

/** The kernel of this thread, once it has scanned so much that starting one is worth it: a process that
 *  answers one search never does. Counts the call as one block. */
export function scanKernel(): ScanKernel | undefined {
  if (kernel !== undefined || --blocksToStart > 0) return kernel
  try {
    kernel = startScanKernel()
  } catch {
    // A processor without 128-bit vectors, of before 2008: the plain loops do.
    blocksToStart = Infinity
  }
  return kernel
}

/** Copies keys in and words out: both are a small part of what is won. Throws where the processor has no
 *  128-bit vectors. */
export function startScanKernel(): ScanKernel {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyHost })
    .WebAssembly // as Node has it
  const { exports } = new Instance(new Module(Buffer.from(SCAN_KERNEL, 'base64')))
  const { buffer } = exports.memory
  const found = new Uint32Array(buffer, WORDS_ADDRESS, KERNEL_KEYS / 32)
  const bytes = new Uint8Array(buffer, 0, KERNEL_KEYS)
  const shorts = new Uint16Array(buffer, 0, KERNEL_KEYS)
  const ints = new Uint32Array(buffer, 0, KERNEL_KEYS)
  const doubles = new Float64Array(buffer, 0, KERNEL_KEYS)
  return {
    bytes(keys, low, high, words) {
      bytes.set(keys)
      exports.scanBytes(KERNEL_KEYS, low, high)
      words.set(found)
    },
    shorts(keys, low, high, words) {
      shorts.set(keys)
      exports.scanShorts(KERNEL_KEYS, low, high)
      words.set(found)
    },
    ints(keys, low, high, words) {
      ints.set(keys)
      exports.scanInts(KERNEL_KEYS, low, high)
      words.set(found)
    },
    doubles(keys, low, high, words) {
      doubles.set(keys)
      exports.scanDoubles(KERNEL_KEYS, low, high)
      words.set(found)
    },
  }
}

/*
 * Arrays of megabytes that come and go in two threads keep more memory than they hold: glibc takes them out of
 * heaps, one for each thread, which stay as large as they once were and are full of holes. A request of
 * 32 MiB or more, however, is always mapped by itself: what was never written to costs nothing, and all of it
 * goes back to the system when it is freed.
 */
const MAPPED_BYTES = 32 * 1024 * 1024
/** Of smaller ones, what the heaps keep is small too. */
const LARGE_BYTES = 1024 * 1024

let isShared = false

/**
 * From here on large arrays are shared, so that another thread is given them as they are. Handing an ArrayBuffer
 * over would take it away from this thread, and once that has happened V8 looks at each access of every array
 * whether it is still there: loops over arrays take half as long again. Where there is no other thread, plain
 * memory is freed sooner: V8 counts it when it weighs whether to collect garbage.
 */
export function shareLargeMemory(): void {
  isShared = true
}

/** For an array that grows: `byteLength` or more. */
export function roomFor(byteLength: number): ArrayBuffer | SharedArrayBuffer {
  if (byteLength <= LARGE_BYTES) return new ArrayBuffer(byteLength)
  const mappedBytes = Math.max(byteLength, MAPPED_BYTES)
  return isShared ? new SharedArrayBuffer(mappedBytes) : new ArrayBuffer(mappedBytes)
}

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/**
 * Gives back the buffers of work that is done. They lie outside the heap, and a thread collects when its
 * heap fills: one that has merged and waits for the next merge would hold hundreds of megabytes until
 * then. Takes some milliseconds of the thread that calls it.
 */
export function giveBackMemory(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    // The flag shows the function to contexts that are made from now on.
    collect = runInNewContext('gc') as () => void
  }
  collect()
}

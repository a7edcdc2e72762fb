// AssemblyScript: which keys of a block of a column lie in [low, high], by 128-bit vectors. The same loops in
// TypeScript are src/engine/search/clauses/column-scan.ts; `npm run kernels` compiles this file.

/** Keys stand from address 0 on, room for 4096 doubles; bit k % 32 of word k / 32 from here on is key k's. */
const WORDS: usize = 32768

// `count`: how many keys there are, a multiple of 32.

export function scanBytes(count: i32, low: u32, high: u32): void {
  const lows = i8x16.splat(<i8>low)
  const highs = i8x16.splat(<i8>high)
  for (let at: usize = 0; at < <usize>count; at += 32) {
    const first = bytesIn(v128.load(at), lows, highs)
    store<i32>(WORDS + (at >> 3), first | (bytesIn(v128.load(at, 16), lows, highs) << 16))
  }
}

function bytesIn(keys: v128, lows: v128, highs: v128): i32 {
  return i8x16.bitmask(v128.and(v128.ge<u8>(keys, lows), v128.le<u8>(keys, highs)))
}

export function scanShorts(count: i32, low: u32, high: u32): void {
  const lows = i16x8.splat(<i16>low)
  const highs = i16x8.splat(<i16>high)
  for (let at: usize = 0; at < <usize>count; at += 32) {
    let word = 0
    for (let i: usize = 0; i < 32; i += 8) {
      const keys = v128.load((at + i) << 1)
      const isIn = v128.and(v128.ge<u16>(keys, lows), v128.le<u16>(keys, highs))
      word |= i16x8.bitmask(isIn) << (<i32>i)
    }
    store<i32>(WORDS + (at >> 3), word)
  }
}

export function scanInts(count: i32, low: u32, high: u32): void {
  const lows = i32x4.splat(low)
  const highs = i32x4.splat(high)
  for (let at: usize = 0; at < <usize>count; at += 32) {
    let word = 0
    for (let i: usize = 0; i < 32; i += 4) {
      const keys = v128.load((at + i) << 2)
      const isIn = v128.and(v128.ge<u32>(keys, lows), v128.le<u32>(keys, highs))
      word |= i32x4.bitmask(isIn) << (<i32>i)
    }
    store<i32>(WORDS + (at >> 3), word)
  }
}

export function scanDoubles(count: i32, low: f64, high: f64): void {
  const lows = f64x2.splat(low)
  const highs = f64x2.splat(high)
  for (let at: usize = 0; at < <usize>count; at += 32) {
    let word = 0
    for (let i: usize = 0; i < 32; i += 2) {
      const keys = v128.load((at + i) << 3)
      const isIn = v128.and(v128.ge<f64>(keys, lows), v128.le<f64>(keys, highs))
      word |= i64x2.bitmask(isIn) << (<i32>i)
    }
    store<i32>(WORDS + (at >> 3), word)
  }
}

/** An unsigned 64-bit number in two halves of 32 bits, both unsigned: JavaScript's numbers hold 53 bits, and a BigInt is slow. */
export interface Uint64 {
  readonly high: number;
  readonly low: number;
}

/** Negative when `a` is the smaller one, 0 when they are equal. */
export function compareUint64(a: Uint64, b: Uint64): number {
  return a.high - b.high || a.low - b.low;
}

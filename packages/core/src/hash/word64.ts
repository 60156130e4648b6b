import type { Uint64 } from './uint64.js';

// Taken once: inside jest, each look-up of a global goes through the proxy of the test's context.
const { imul } = Math;

/**
 * A 64-bit register, for arithmetic modulo 2^64 without objects and without BigInt. The halves are kept as signed 32-bit
 * integers, which the engine stores without boxing.
 */
export class Word64 {
  high = 0;
  low = 0;

  set(high: number, low: number): void {
    this.high = high | 0;
    this.low = low | 0;
  }

  /** Adds a number given as halves. */
  add(high: number, low: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.low = sum | 0;
    this.high = (this.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  }

  xor(high: number, low: number): void {
    this.high ^= high;
    this.low ^= low;
  }

  /** Schoolbook multiplication in digits of 16 bits, whose products are exact. */
  multiply({ high, low }: Uint64): void {
    const a0 = this.low & 0xffff;
    const a1 = this.low >>> 16;
    const b0 = low & 0xffff;
    const b1 = low >>> 16;
    const p00 = imul(a0, b0) >>> 0;
    const p01 = imul(a0, b1) >>> 0;
    const p10 = imul(a1, b0) >>> 0;
    const middle = (p00 >>> 16) + (p01 & 0xffff) + (p10 & 0xffff);
    const carried = imul(a1, b1) + (p01 >>> 16) + (p10 >>> 16) + (middle >>> 16);
    this.high = (carried + imul(this.high, low) + imul(this.low, high)) | 0;
    this.low = (middle << 16) | (p00 & 0xffff);
  }

  /** @param bits 1 to 31. */
  rotateLeft(bits: number): void {
    const { high, low } = this;
    this.high = (high << bits) | (low >>> (32 - bits));
    this.low = (low << bits) | (high >>> (32 - bits));
  }

  /** `this ^= this >>> bits`. @param bits 1 to 63. */
  xorShiftRight(bits: number): void {
    const { high, low } = this;
    if (bits < 32) {
      this.low = low ^ ((low >>> bits) | (high << (32 - bits)));
      this.high = high ^ (high >>> bits);
    } else this.low = low ^ (high >>> (bits - 32));
  }

  toUint64(): Uint64 {
    return { high: this.high >>> 0, low: this.low >>> 0 };
  }
}

import type { Uint64 } from './uint64.js';
import { utf8BytesOf } from './utf8-buffer.js';
import { Word64 } from './word64.js';

const PRIME_1: Uint64 = { high: 0x9e37_79b1, low: 0x85eb_ca87 };
const PRIME_2: Uint64 = { high: 0xc2b2_ae3d, low: 0x27d4_eb4f };
const PRIME_3: Uint64 = { high: 0x1656_67b1, low: 0x9e37_79f9 };
const PRIME_4: Uint64 = { high: 0x85eb_ca77, low: 0xc2b2_ae63 };
const PRIME_5: Uint64 = { high: 0x27d4_eb2f, low: 0x1656_67c5 };
const ZERO: Uint64 = { high: 0, low: 0 };
const STRIPE = 32;

// The registers of the one hash that is being computed: nothing here calls out.
const hash = new Word64();
const lane = new Word64();
const eight = new Word64();
const lanes = [new Word64(), new Word64(), new Word64(), new Word64()] as const;

/**
 * XXH64, the 64-bit hash of the xxHash family: quick and uniform, not for secrets. gRPC hashes by it (gRFC A42, A68), so
 * that clients in all languages send a key to the same pod.
 *
 * @param data a text counts as its UTF-8 bytes.
 * @param seed default 0.
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export function xxh64(data: string | Uint8Array, seed: Uint64 = ZERO): Uint64 {
  return xxh64Register(data, seed).toUint64();
}

/** The same for the path of calls, without an object: halves are signed, and the answer is valid until the next hash. */
export function xxh64Register(data: string | Uint8Array, seed: Uint64 = ZERO): Readonly<Word64> {
  if (typeof data !== 'string') return hashBytes(data, data.length, seed);
  const { bytes, length } = utf8BytesOf(data);
  return hashBytes(bytes, length, seed);
}

function hashBytes(bytes: Uint8Array, length: number, seed: Uint64): Word64 {
  const rest = length < STRIPE ? beginShort(seed) : mixStripes(bytes, length, seed);
  hash.add(0, length);
  mixRest(bytes, rest, length);
  hash.xorShiftRight(33);
  hash.multiply(PRIME_2);
  hash.xorShiftRight(29);
  hash.multiply(PRIME_3);
  hash.xorShiftRight(32);
  return hash;
}

function beginShort(seed: Uint64): number {
  hash.set(seed.high, seed.low);
  hash.add(PRIME_5.high, PRIME_5.low);
  return 0;
}

/** Mixes all whole stripes in. Answers where the rest begins. */
function mixStripes(bytes: Uint8Array, length: number, seed: Uint64): number {
  beginLanes(seed);
  const [a, b, c, d] = lanes;
  let at = 0;
  for (; at + STRIPE <= length; at += STRIPE) {
    mixInto(a, bytes, at);
    mixInto(b, bytes, at + 8);
    mixInto(c, bytes, at + 16);
    mixInto(d, bytes, at + 24);
  }
  converge();
  return at;
}

function beginLanes({ high, low }: Uint64): void {
  for (const each of lanes) each.set(high, low);
  const [a, b, , d] = lanes;
  a.add(PRIME_1.high, PRIME_1.low);
  a.add(PRIME_2.high, PRIME_2.low);
  b.add(PRIME_2.high, PRIME_2.low);
  // Less PRIME_1: its two's complement.
  d.add(~PRIME_1.high, ~PRIME_1.low);
  d.add(0, 1);
}

function mixInto(accumulator: Word64, bytes: Uint8Array, at: number): void {
  lane.set(readInt32(bytes, at + 4), readInt32(bytes, at));
  lane.multiply(PRIME_2);
  accumulator.add(lane.high, lane.low);
  accumulator.rotateLeft(31);
  accumulator.multiply(PRIME_1);
}

function converge(): void {
  const [a, b, c, d] = lanes;
  hash.set(0, 0);
  addRotated(a, 1);
  addRotated(b, 7);
  addRotated(c, 12);
  addRotated(d, 18);
  mergeLane(a);
  mergeLane(b);
  mergeLane(c);
  mergeLane(d);
}

function addRotated(accumulator: Word64, bits: number): void {
  lane.set(accumulator.high, accumulator.low);
  lane.rotateLeft(bits);
  hash.add(lane.high, lane.low);
}

function mergeLane(accumulator: Word64): void {
  accumulator.multiply(PRIME_2);
  accumulator.rotateLeft(31);
  accumulator.multiply(PRIME_1);
  hash.xor(accumulator.high, accumulator.low);
  hash.multiply(PRIME_1);
  hash.add(PRIME_4.high, PRIME_4.low);
}

/** Less than a stripe is left: by eight bytes, then four, then each. */
function mixRest(bytes: Uint8Array, from: number, length: number): void {
  let at = from;
  for (; at + 8 <= length; at += 8) {
    eight.set(0, 0);
    mixInto(eight, bytes, at);
    hash.xor(eight.high, eight.low);
    hash.rotateLeft(27);
    hash.multiply(PRIME_1);
    hash.add(PRIME_4.high, PRIME_4.low);
  }
  if (at + 4 <= length) {
    xorProduct(readInt32(bytes, at), PRIME_1);
    hash.rotateLeft(23);
    hash.multiply(PRIME_2);
    hash.add(PRIME_3.high, PRIME_3.low);
    at += 4;
  }
  for (; at < length; at += 1) {
    xorProduct(bytes[at]!, PRIME_5);
    hash.rotateLeft(11);
    hash.multiply(PRIME_1);
  }
}

function xorProduct(value: number, prime: Uint64): void {
  lane.set(0, value);
  lane.multiply(prime);
  hash.xor(lane.high, lane.low);
}

/** Little-endian, as a signed integer. */
function readInt32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

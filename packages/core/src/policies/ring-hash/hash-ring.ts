import { compareText } from '../../hash/compare-text.js';
import type { Uint64 } from '../../hash/uint64.js';
import { xxh64 } from '../../hash/xxh64.js';

/** Who stands on a ring: its key decides where, its weight how often. */
export interface RingOwner {
  readonly hashKey: string;
  /** Above 0 and finite. */
  readonly weight: number;
}

/** How many entries a ring has, at least and at most. */
export interface RingSize {
  readonly minRingSize: number;
  readonly maxRingSize: number;
}

/**
 * A ring of hashes, each owned by one of a list of owners, as gRPC builds it (gRFC A42, and grpc-go `newRing` to the last
 * entry): clients in all languages agree where a key belongs. It knows owners by their index in the list.
 *
 * Where there are more owners than `maxRingSize`, some have no entry at all.
 */
export class HashRing {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #owner: Uint32Array;

  /** @param owners never empty. */
  constructor(owners: readonly RingOwner[], size: RingSize) {
    const entries = placeEntries(owners, size);
    const count = entries.length;
    const order = new Uint32Array(count).map((_, index) => index);
    order.sort((a, b) => entries.high[a]! - entries.high[b]! || entries.low[a]! - entries.low[b]!);
    this.#high = new Uint32Array(count);
    this.#low = new Uint32Array(count);
    this.#owner = new Uint32Array(count);
    for (let at = 0; at < count; at += 1) {
      const entry = order[at]!;
      this.#high[at] = entries.high[entry]!;
      this.#low[at] = entries.low[entry]!;
      this.#owner[at] = entries.owner[entry]!;
    }
  }

  /** Number of entries. */
  get size(): number {
    return this.#owner.length;
  }

  /**
   * The first entry whose hash is not below this one; the first of all behind the last.
   * @param hash its halves may be signed as well: the same bits are the same hash.
   */
  indexFor(hash: Uint64): number {
    const high = hash.high >>> 0;
    const low = hash.low >>> 0;
    let from = 0;
    let to = this.size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const entry = this.#high[middle]!;
      if (entry < high || (entry === high && this.#low[middle]! < low)) from = middle + 1;
      else to = middle;
    }
    return from === this.size ? 0 : from;
  }

  /** @param index 0 up to twice the size: the ring has no end. */
  ownerAt(index: number): number {
    return this.#owner[index < this.size ? index : index - this.size]!;
  }

  hashAt(index: number): Uint64 {
    return { high: this.#high[index]!, low: this.#low[index]! };
  }
}

interface Entries {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly owner: Uint32Array;
  length: number;
}

function placeEntries(owners: readonly RingOwner[], size: RingSize): Entries {
  const shares = sharesOf(owners);
  const scale = scaleOf(shares, size);
  // Rounding may make one more.
  const room = Math.ceil(scale) + 1;
  const entries = { high: new Uint32Array(room), low: new Uint32Array(room), owner: new Uint32Array(room), length: 0 };
  let target = 0;
  // The order decides who gets the entry that rounding leaves over.
  for (const index of orderOf(owners)) {
    target += scale * shares[index]!;
    const { hashKey } = owners[index]!;
    for (let copy = 0; entries.length < target && entries.length < room; copy += 1) {
      const { high, low } = xxh64(`${hashKey}_${copy}`);
      entries.high[entries.length] = high;
      entries.low[entries.length] = low;
      entries.owner[entries.length] = index;
      entries.length += 1;
    }
  }
  return entries;
}

function orderOf(owners: readonly RingOwner[]): readonly number[] {
  return owners.map((_, index) => index).sort((a, b) => compareText(owners[a]!.hashKey, owners[b]!.hashKey));
}

/** The part of the whole that each weight is. */
function sharesOf(owners: readonly RingOwner[]): readonly number[] {
  const sum = owners.reduce((total, { weight }) => total + weight, 0);
  if (sum < Infinity) return owners.map(({ weight }) => weight / sum);
  const greatest = owners.reduce((max, { weight }) => Math.max(max, weight), 0);
  return sharesOf(owners.map(({ hashKey, weight }) => ({ hashKey, weight: weight / greatest })));
}

/** As many entries that the smallest share has a whole number of them, within the limits. */
function scaleOf(shares: readonly number[], { minRingSize, maxRingSize }: RingSize): number {
  const least = shares.reduce((min, share) => Math.min(min, share), 1);
  // So small beside the others that it is lost in rounding.
  if (least === 0) return maxRingSize;
  return Math.min(Math.ceil(least * minRingSize) / least, maxRingSize);
}

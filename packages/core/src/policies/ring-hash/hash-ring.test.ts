import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chiSquareLimit } from '../../../test/support/statistics.js';
import { compareUint64, type Uint64 } from '../../hash/uint64.js';
import { xxh64, xxh64Register } from '../../hash/xxh64.js';
import { HashRing, type RingOwner } from './hash-ring.js';

const DEFAULT_SIZE = { minRingSize: 1_024, maxRingSize: 4_096 };
const own = (hashKey: string, weight = 1): RingOwner => ({ hashKey, weight });
const pods = (count: number): RingOwner[] => Array.from({ length: count }, (_, index) => own(`10.0.0.${index}:50051`));
const ABC = [own('a', 3), own('b', 3), own('c', 4)];

const numberOf = ({ high, low }: Uint64): bigint => (BigInt(high) << 32n) | BigInt(low);
const indexes = (ring: HashRing): number[] => Array.from({ length: ring.size }, (_, index) => index);
const ownersOf = (ring: HashRing): number[] => indexes(ring).map((index) => ring.ownerAt(index));
const ownerFor = (ring: HashRing, key: string): number => ring.ownerAt(ring.indexFor(xxh64(key)));

function countsOf(ring: HashRing, owners: readonly RingOwner[]): number[] {
  const counts = owners.map(() => 0);
  for (const owner of ownersOf(ring)) counts[owner]! += 1;
  return counts;
}

describe('a ring of hashes', () => {
  // As grpc-go, grpc-java and gRPC's C core build it: XXH64(hashKey + "_" + i), i from 0 for each. (The hashes in the comment of
  // grpc-go's newRing are of its older form, without "_".)
  test('has the hashes of each key with a number behind it, in order', () => {
    const ring = new HashRing(ABC, { minRingSize: 10, maxRingSize: 10 });
    const names = ['a_0', 'a_1', 'a_2', 'b_0', 'b_1', 'b_2', 'c_0', 'c_1', 'c_2', 'c_3'];
    const entries = names.map((name) => [xxh64(name), name[0]] as const).sort(([a], [b]) => compareUint64(a, b));
    expect(indexes(ring).map((index) => [ring.hashAt(index), ABC[ring.ownerAt(index)]!.hashKey])).toEqual(entries);
    expect(entries.map(([hash, name]) => [numberOf(hash), name]).slice(0, 3)).toEqual([
      [4148279810343392165n, 'a'],
      [4189641231046734040n, 'b'],
      [5051629784258667479n, 'c'],
    ]);
  });

  // grpc-java and grpc-go e2e tests choose a pod so.
  test('a key that is an entry’s text belongs to that entry’s owner', () => {
    const owners = pods(50);
    const ring = new HashRing(owners, DEFAULT_SIZE);
    expect(owners.map(({ hashKey }) => ownerFor(ring, `${hashKey}_0`))).toEqual(owners.map((_, index) => index));
  });

  // grpc-go TestRingNew, to a whole entry instead of to 25 %.
  test.each([3, 4, 6, 8].flatMap((minRingSize) => [20, 8].map((maxRingSize) => ({ minRingSize, maxRingSize }))))(
    'gives each owner entries by its weight, within %j',
    (size) => {
      const ring = new HashRing(ABC, size);
      expect(ring.size).toBeGreaterThanOrEqual(size.minRingSize);
      expect(ring.size).toBeLessThanOrEqual(size.maxRingSize);
      for (const [owner, count] of countsOf(ring, ABC).entries()) {
        expect(Math.abs(count - (ABC[owner]!.weight / 10) * ring.size)).toBeLessThan(1);
      }
    },
  );

  // grpc-go TestRingPick.
  test.each(['1', '2', '3', '4'])('a hash (of %j) belongs to the first entry that is not below it', (text) => {
    const ring = new HashRing(ABC, { minRingSize: 10, maxRingSize: 20 });
    const hash = xxh64(text);
    const index = ring.indexFor(hash);
    expect(compareUint64(hash, ring.hashAt(index))).toBeLessThanOrEqual(0);
    if (index > 0) expect(compareUint64(ring.hashAt(index - 1), hash)).toBeLessThan(0);
  });

  test('its end is its beginning, and an entry owns its own hash', () => {
    const ring = new HashRing(ABC, { minRingSize: 10, maxRingSize: 10 });
    expect(ring.indexFor({ high: 0xffff_ffff, low: 0xffff_ffff })).toBe(0);
    expect(ring.indexFor({ high: 0, low: 0 })).toBe(0);
    expect(indexes(ring).map((index) => ring.indexFor(ring.hashAt(index)))).toEqual(indexes(ring));
    // grpc-go TestRingNext.
    expect(indexes(ring).map((index) => ring.ownerAt(index + ring.size))).toEqual(ownersOf(ring));
  });

  test('finds a hash by signed halves, too', () => {
    const ring = new HashRing(pods(50), DEFAULT_SIZE);
    fc.assert(
      fc.property(fc.string(), (key) => {
        const index = ring.indexFor(xxh64Register(key));
        expect(index).toBe(ring.indexFor(xxh64(key)));
      }),
    );
  });

  test('does not depend on the order of its owners', () => {
    const ring = new HashRing(ABC, { minRingSize: 7, maxRingSize: 7 });
    const reversed = new HashRing(ABC.toReversed(), { minRingSize: 7, maxRingSize: 7 });
    expect(ownersOf(reversed).map((owner) => 2 - owner)).toEqual(ownersOf(ring));
    expect(countsOf(ring, ABC)).toEqual([3, 2, 2]);
  });

  test('when one of many leaves, its keys move and no others', () => {
    // As many entries for each with one owner fewer: the ring is not built with another number of them.
    const count = fc.constantFrom(33, 42, 51, 67, 83, 97, 102);
    fc.assert(
      fc.property(count, fc.nat(), fc.array(fc.string({ unit: 'grapheme' }), { minLength: 50 }), (n, nth, keys) => {
        const before = pods(n);
        const gone = nth % n;
        const after = before.toSpliced(gone, 1);
        const [old, young] = [new HashRing(before, DEFAULT_SIZE), new HashRing(after, DEFAULT_SIZE)];
        for (const key of keys) {
          const owner = before[ownerFor(old, key)];
          if (owner !== before[gone]) expect(after[ownerFor(young, key)]).toBe(owner);
        }
      }),
    );
  });

  test('an owner gets the share of the keys that its part of the ring is (χ², α = 1e-6)', () => {
    const owners = pods(20).map(({ hashKey }, index) => own(hashKey, 1 + (index % 3)));
    const ring = new HashRing(owners, DEFAULT_SIZE);
    const parts = owners.map(() => 0);
    for (const index of indexes(ring)) {
      const end = Number(numberOf(ring.hashAt(index)));
      const begin =
        index === 0 ? Number(numberOf(ring.hashAt(ring.size - 1))) - 2 ** 64 : Number(numberOf(ring.hashAt(index - 1)));
      parts[ring.ownerAt(index)]! += (end - begin) / 2 ** 64;
    }
    const calls = 100_000;
    const counts = owners.map(() => 0);
    for (let call = 0; call < calls; call += 1) counts[ownerFor(ring, `user-${call}`)]! += 1;
    const chi = counts.reduce((sum, n, owner) => sum + (n - parts[owner]! * calls) ** 2 / (parts[owner]! * calls), 0);
    expect(chi).toBeLessThan(chiSquareLimit(owners.length - 1));
    // The parts themselves are near the weights: 24 entries and more for each owner.
    for (const [owner, part] of parts.entries())
      expect(Math.abs(part - owners[owner]!.weight / 39)).toBeLessThan((5 * part) / Math.sqrt(24));
  });

  test('of one owner is all its own, and one of 10 000 is no larger than it may be', () => {
    expect(new Set(ownersOf(new HashRing(pods(1), DEFAULT_SIZE)))).toEqual(new Set([0]));
    expect(new HashRing(pods(1), { minRingSize: 1, maxRingSize: 1 }).size).toBe(1);
    expect(new HashRing(pods(10_000), DEFAULT_SIZE).size).toBe(4_096);
    expect(new Set(ownersOf(new HashRing(pods(10_000), { minRingSize: 1, maxRingSize: 20_000 }))).size).toBe(10_000);
  });

  test('two owners of one key both stand on it, the first in front', () => {
    const ring = new HashRing([own('x'), own('x'), own('y')], { minRingSize: 6, maxRingSize: 6 });
    expect(countsOf(ring, pods(3))).toEqual([2, 2, 2]);
    expect(ownersOf(ring).join('')).toMatch(/^2*012*012*$/);
  });

  test.each([
    [[1e308, 1e308, 1e308]],
    [[5e-324, 1e308]],
    [[1e-300, 1, 1e300]],
    [[0.001, 0.002, 0.003]],
    [[Number.MAX_VALUE, 1]],
    [[65_535, 1]],
  ])('weights %j make a ring within its limits, by the greatest of them at least', (weights) => {
    const owners = weights.map((weight, index) => own(`pod-${index}`, weight));
    const ring = new HashRing(owners, DEFAULT_SIZE);
    expect(ring.size).toBeGreaterThanOrEqual(1_024);
    expect(ring.size).toBeLessThanOrEqual(4_097);
    const counts = countsOf(ring, owners);
    expect(counts[weights.indexOf(Math.max(...weights))]).toBe(Math.max(...counts));
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { compareUint64, type Uint64 } from './uint64.js';
import { xxh64 } from './xxh64.js';

const vectors = JSON.parse(readFileSync(new URL('../../test/support/xxh64-vectors.json', import.meta.url), 'utf8')) as {
  readonly seed0: readonly string[];
  readonly seed42: readonly string[];
};

const hex = ({ high, low }: Uint64): string => [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
const seed = (low: number, high = 0): Uint64 => ({ high, low });

/** The bytes that the test of the reference implementation hashes (xxHash, `XSUM_fillTestBuffer`). */
function sanityBuffer(length: number): Uint8Array {
  let state = 2_654_435_761n;
  return Uint8Array.from({ length }, () => {
    const byte = Number(state >> 56n);
    state = BigInt.asUintN(64, state * 11_400_714_785_074_694_797n);
    return byte;
  });
}

describe('XXH64', () => {
  // Published values: xxHash (cli/xsum_sanity_check.c), cespare/xxhash (xxhash_test.go).
  test.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['as', '1c330fb2d66be179'],
    ['asd', '631c37ce72a97393'],
    ['asdf', '415872f599cea71e'],
    ['abc', '44bc2cf5ad770999'],
    ['Call me Ishmael. Some years ago--never mind how long precisely-', '02a2e85470d6fd96'],
  ])('of %j is %s', (text, expected) => {
    expect(hex(xxh64(text))).toBe(expected);
  });

  test.each([
    [0, 0, 'ef46db3751d8e999'],
    [0, 2_654_435_761, 'ac75fda2929b17ef'],
    [1, 0, 'e934a84adb052768'],
    [1, 2_654_435_761, '5014607643a9b4c3'],
    [4, 0, '9136a0dca57457ee'],
    [14, 0, '8282dcc4994e35c8'],
    [14, 2_654_435_761, 'c3bd6bf63deb6df0'],
    [222, 0, 'b641ae8cb691c174'],
    [222, 2_654_435_761, '20cb8ab7ae10c14a'],
  ])('of %i bytes of the reference’s own test with the seed %i is %s', (length, low, expected) => {
    expect(hex(xxh64(sanityBuffer(length), seed(low)))).toBe(expected);
  });

  // grpc-java XxHash64Test: withoutSeeds, withOneSeed.
  test('of the bytes 0, 1, 2, … is what grpc-java hashes, for all lengths to 256, with and without a seed', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(vectors.seed0.map((_, length) => hex(xxh64(bytes.subarray(0, length))))).toEqual(vectors.seed0);
    expect(vectors.seed42.map((_, length) => hex(xxh64(bytes.subarray(0, length), seed(42))))).toEqual(vectors.seed42);
  });

  test.each([1, 31, 32, 100, 1_365, 1_366, 4_096, 4_097, 10_240])(
    'of a text of %i units is that of its UTF-8 bytes, whatever is in it',
    (length) => {
      for (const unit of ['x', 'é', '€', '😀', '\ud800', '\u0000']) {
        const text = 'a'.repeat(length - 1) + unit;
        const longer = unit.repeat(length);
        expect(hex(xxh64(text))).toBe(hex(xxh64(new TextEncoder().encode(text))));
        expect(hex(xxh64(longer))).toBe(hex(xxh64(new TextEncoder().encode(longer))));
      }
    },
  );

  test('leaves nothing behind for the next one', () => {
    const before = hex(xxh64('key'));
    xxh64('a much longer key that takes the way of whole stripes of 32 bytes', seed(7, 7));
    expect(hex(xxh64('key'))).toBe(before);
  });

  test('both halves of a seed count', () => {
    const hashes = [seed(0), seed(1), seed(0, 1), seed(1, 1)].map((each) => hex(xxh64('pod', each)));
    expect(new Set(hashes).size).toBe(4);
  });
});

test('64-bit numbers are compared without a sign, the upper half first', () => {
  const ascending = [seed(0), seed(1), seed(0xffff_ffff), seed(0, 1), seed(0, 0x8000_0000), seed(1, 0xffff_ffff)];
  expect(ascending.toReversed().toSorted(compareUint64)).toEqual(ascending);
});

import { ScriptedRandom } from '@fairlead/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { chiSquare, chiSquareLimit, withSeed } from '../../../test/support/statistics.js';
import { scaleWeights } from './scale-weights.js';
import { Sequence } from './sequence.js';
import { StaticStride } from './static-stride.js';

/** A sequence that begins with this number of 32 bits; Java counts from below 0. */
const from = (start: number): Sequence => new Sequence(new ScriptedRandom([(start >>> 0) / 2 ** 32]));

function picksOf(weights: readonly number[], picks: number, start = 1_170_105_035): number[] {
  const stride = new StaticStride(weights, from(start), from(start));
  const counts = new Array<number>(weights.length).fill(0);
  for (let made = 0; made < picks; made++) counts[stride.next()]!++;
  return counts;
}

function expectShares(weights: readonly number[], picks: number, tolerance: number, start?: number): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  picksOf(weights, picks, start).forEach((count, index) => {
    expect(Math.abs(count / picks - weights[index]! / total)).toBeLessThan(tolerance);
  });
}

describe('Java WeightedRoundRobinLoadBalancerTest, its scheduler', () => {
  test('testPicksEqualsWeights', () => expect(picksOf([1, 2, 3], 6)).toEqual([1, 2, 3]));
  test('testContainsZeroWeightUseMean', () => expect(picksOf([3, 0, 1], 6)).toEqual([3, 2, 1]));
  test('testContainsNegativeWeightUseMean', () => expect(picksOf([3, -1, 1], 6)).toEqual([3, 2, 1]));
  test('testAllSameWeights', () => expect(picksOf([1, 1, 1], 6)).toEqual([2, 2, 2]));
  test('testAllZeroWeightsIsRoundRobin', () => expect(picksOf([0, 0, 0], 6)).toEqual([2, 2, 2]));
  test('testAllInvalidWeightsIsRoundRobin', () => expect(picksOf([-3.1, -0, 0], 6)).toEqual([2, 2, 2]));
  test('testTwoWeights', () => expectShares([1.43, 2.119], 1_000, 0.002));
  test('testManyWeights', () => expectShares([1.3, 2.5, 3.23, 4.11, 7.001], 1_000, 0.002));

  test('testMaxClamped', () => {
    const ones = new Array<number>(19).fill(1);
    // The mean is 5, so the largest counts as 50.
    expect(picksOf([81, ...ones], 69, 0)).toEqual([50, ...ones]);
  });

  test('testMinClamped', () => {
    // The mean is 50, so the smallest counts as 5.
    expect(picksOf([100, 1e-10], 105, 0)).toEqual([100, 5]);
  });

  test.each([
    ['testDeterministicPicks', 0, [1, 2, 2, 0, 1, 2], [2, 3, 6, 7, 8, 9]],
    ['testDeterministicWraparound', -1, [1, 2, 2, 0, 1, 2], [2, 3, 6, 7, 8, 9]],
  ])('%s', (_, start, picks, sequence) => {
    const numbers = from(start);
    const stride = new StaticStride([2, 3, 6], numbers, numbers);
    const seen = picks.map(() => [stride.next(), numbers.current]);
    expect(seen).toEqual(picks.map((pick, index) => [pick, sequence[index]]));
  });

  test('testImmediateWraparound', () => expectShares([1, 2, 3, 4, 5], 1_000, 0.002, -1));
  test('testWraparound', () => expectShares([1, 2, 3, 4, 5], 1_000, 0.002, -500));
});

describe('Go internal/wrr TestEdfWrrNext', () => {
  // There ± 5 %; a share of 10 000 picks is off by one or two here.
  test.each([[[1, 1, 1]], [[1, 2, 3]], [[5, 3, 2]], [[17, 23, 37]]])('%j', (weights) => {
    expectShares(weights, 10_000, 0.000_3);
  });
});

describe('StaticStride', () => {
  test('gives each its share within 0.0002 of 10 000 picks, wherever it begins', () => {
    const weight = fc.double({ min: 1, max: 10, noNaN: true });
    const start = fc.oneof(fc.nat(2 ** 32 - 40_000), fc.constantFrom(0, 1, 65_534, 65_535, 2 ** 31 - 1, 2 ** 31));
    fc.assert(
      fc.property(fc.array(weight, { minLength: 2, maxLength: 3 }), start, (weights, at) => {
        const total = weights.reduce((sum, one) => sum + one, 0);
        const off = picksOf(weights, 10_000, at).map((count, i) => Math.abs(count / 10_000 - weights[i]! / total));
        expect(Math.max(...off)).toBeLessThanOrEqual(0.000_2);
      }),
      { numRuns: 60 },
    );
  });

  test('is the formula of C, Go and Java, in whole numbers of any size', () => {
    const weight = fc.double({ min: 1, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.array(weight, { minLength: 2, maxLength: 9 }), fc.nat(2 ** 32 - 1), (weights, start) => {
        const scaled = [...scaleWeights(weights)].map(BigInt);
        const sequence = from(start);
        const picked: number[] = [];
        const expected: number[] = [];
        for (let number = BigInt(start); expected.length < 20; number = (number + 1n) % 2n ** 32n) {
          const index = number % BigInt(weights.length);
          const [own, row] = [scaled[Number(index)]!, number / BigInt(weights.length)];
          if ((own * row + index * 32_767n) % 65_535n >= 65_535n - own) expected.push(Number(index));
        }
        const stride = new StaticStride(weights, sequence, sequence);
        for (let made = 0; made < 20; made++) picked.push(stride.next());
        expect(picked).toEqual(expected);
      }),
    );
  });

  test('spreads the turns of a member evenly: no gap is longer than its share explains', () => {
    const stride = new StaticStride([1, 2, 3, 10], from(7), from(7));
    const turns = Array.from({ length: 16_000 }, () => stride.next());
    const gaps = turns.flatMap((member, at) => (member === 0 ? [at] : [])).map((at, i, all) => at - (all[i - 1] ?? at));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(17);
  });

  test('begins anywhere with the same probability, and a successor goes on where the last one was', () => {
    withSeed(3, (random) => {
      const counts = new Array<number>(8).fill(0);
      for (let made = 0; made < 8_000; made++)
        counts[
          new StaticStride(
            counts.map(() => 1),
            new Sequence(random),
            new Sequence(random),
          ).next()
        ]!++;
      expect(chiSquare(counts)).toBeLessThan(chiSquareLimit(7));
    });
    const sequence = from(0);
    expect([1, 2, 3].map(() => new StaticStride([1, 1, 1], sequence, sequence).next())).toEqual([0, 1, 2]);
  });

  test('answers always, and everybody has a turn, whatever the weights are', () => {
    const weight = fc.oneof(
      fc.double(),
      fc.constantFrom(NaN, 0, -1, Infinity, Number.MAX_VALUE, Number.MIN_VALUE, 1e300),
    );
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 20 }), fc.nat(2 ** 32 - 1), (weights, start) => {
        // The least share is a hundredth of the largest: 0.1 to 10 times the mean.
        const counts = picksOf(weights, 101 * weights.length, start);
        expect(Math.min(...counts)).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  test('further attempts have turns of their own, by the same weights, among those that are accepted', () => {
    const numbers = from(7);
    const stride = new StaticStride([1, 2, 6], numbers, numbers.fork());
    const alone = new StaticStride([1, 2, 6], from(7), from(7));
    const counts = [0, 0, 0];
    for (let turn = 0; turn < 3_000; turn++) {
      counts[stride.nextAgain((index) => index !== 2)]!++;
      if (turn % 10 === 0) expect(stride.next()).toBe(alone.next());
    }
    expect(counts).toEqual([1_000, 2_000, 0]);
    expect(stride.nextAgain((index) => index === 0)).toBe(0);
  });
});

describe('scaleWeights', () => {
  test.each<[readonly number[], readonly number[]]>([
    [[1], [65_535]],
    [
      [1, 2],
      [32_768, 65_535],
    ],
    [
      [1, 0, 3],
      [21_845, 43_690, 65_535],
    ],
    [
      [1, NaN, 3],
      [21_845, 43_690, 65_535],
    ],
    [
      [1, -Infinity, Infinity, 3],
      [21_845, 43_690, 43_690, 65_535],
    ],
    [
      [0, 0],
      [65_535, 65_535],
    ],
    [
      [0, 5],
      [65_535, 65_535],
    ],
    [
      [Number.MAX_VALUE, Number.MAX_VALUE],
      [65_535, 65_535],
    ],
    [
      [Number.MIN_VALUE, 2 * Number.MIN_VALUE],
      [32_768, 65_535],
    ],
    // Mean 5, ten times it is 50.
    [
      [81, ...new Array<number>(19).fill(1)],
      [65_535, ...new Array<number>(19).fill(1_311)],
    ],
    // Mean 50, a tenth of it is 5.
    [
      [100, 1e-300],
      [65_535, 3_277],
    ],
  ])('%j becomes %j', (weights, scaled) => {
    expect([...scaleWeights(weights)]).toEqual(scaled);
  });
});

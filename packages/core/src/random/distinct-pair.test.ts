import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { chiSquare, chiSquareLimit, withSeed } from '../../test/support/statistics.js';
import { firstOfPair, secondOfPair } from './distinct-pair.js';

const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a distinct pair', () => {
  test('is two different indices within the range, with exactly two draws, for any numbers drawn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2 ** 40 }), draw, draw, (n, x, y) => {
        const random = new ScriptedRandom([x, y]);
        const first = firstOfPair(random, n);
        const second = secondOfPair(random, n, first);
        expect(first).not.toBe(second);
        for (const index of [first, second]) expect(Number.isInteger(index) && index >= 0 && index < n).toBe(true);
        expect(random.remaining).toBe(0);
      }),
    );
  });

  test('hits the last index, and no more, with the largest number that can be drawn', () => {
    const largest = 1 - 2 ** -53;
    for (const n of [2, 3, 10, 2 ** 32 - 1, 2 ** 52]) {
      expect(firstOfPair(new ScriptedRandom([largest]), n)).toBe(n - 1);
      expect(secondOfPair(new ScriptedRandom([largest]), n, n - 1)).toBe(n - 2);
    }
  });

  test('makes every ordered pair equally likely', () => {
    withSeed(2026, (random) => {
      const n = 7;
      const counts = new Map<number, number>();
      for (let round = 0; round < 42_000; round++) {
        const first = firstOfPair(random, n);
        const pair = first * n + secondOfPair(random, n, first);
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
      expect(counts.size).toBe(n * (n - 1));
      expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareLimit(n * (n - 1) - 1));
    });
  });
});

import { describe, expect, test } from '@jest/globals';
import { ScriptedRandom, SeededRandom } from '@fairlead/testing';
import fc from 'fast-check';
import { chiSquare, chiSquareLimit, withSeed } from '../../test/support/statistics.js';
import { shuffle, weightedShuffle } from './shuffle.js';

describe('shuffle', () => {
  test('keeps every item and leaves the given list as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        const shuffled = shuffle(items, new SeededRandom(seed));
        expect(items).toEqual(before);
        expect([...shuffled].sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
      }),
    );
  });

  test('makes every order equally likely', () => {
    withSeed(4, (random) => {
      const counts = new Map<string, number>();
      for (let round = 0; round < 24_000; round++) {
        const order = shuffle(['a', 'b', 'c', 'd'], random).join('');
        counts.set(order, (counts.get(order) ?? 0) + 1);
      }
      expect(counts.size).toBe(24);
      expect(chiSquare([...counts.values()])).toBeLessThan(chiSquareLimit(23));
    });
  });
});

test('weightedShuffle stays an order of all items at the ends of the range', () => {
  const weights = [Number.MAX_VALUE, Number.MIN_VALUE, 1, 1];
  const order = weightedShuffle([0, 1, 2, 3], (item) => weights[item]!, new ScriptedRandom([0.5, 0.5, 0, 0.9]));
  expect(order).toEqual([0, 3, 1, 2]);
  const large = weightedShuffle([0, 1], () => 1e18, new ScriptedRandom([0.1, 0.9]));
  expect(large).toEqual([1, 0]);
});

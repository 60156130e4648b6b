import { expect, test } from '@jest/globals';
import { ScriptedRandom } from '@fairlead/testing';
import { chiSquareLimit, withSeed } from '../../test/support/statistics.js';
import { AliasTable } from './alias-table.js';

const WEIGHTS: readonly (readonly number[])[] = [
  [1, 1, 1, 1, 1, 1],
  [1, 2, 3, 4, 5, 6, 7],
  [100, 1, 1, 1, 1, 1],
  [0.25, 0.5, 0.125, 1e-1, 2, 3],
  Array.from({ length: 200 }, (_, index) => 1 + (index % 7)),
];

test.each(WEIGHTS)('draws in proportion to the weights %j…', (...weights) => {
  withSeed(21, (random) => {
    const table = new AliasTable(weights);
    const counts = weights.map(() => 0);
    const draws = 200_000;
    for (let made = 0; made < draws; made++) counts[table.draw(random)]!++;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const chi = counts.reduce((sum, count, index) => {
      const expected = (draws * weights[index]!) / total;
      return sum + (count - expected) ** 2 / expected;
    }, 0);
    expect(chi).toBeLessThan(chiSquareLimit(weights.length - 1));
  });
});

test('takes one draw, and answers an index at both ends of its range', () => {
  for (const value of [0, 1 - 2 ** -53]) {
    const random = new ScriptedRandom([value]);
    expect([0, 1, 2]).toContain(new AliasTable([3, 1, 2]).draw(random));
    expect(random.remaining).toBe(0);
  }
});

test('one weight, weights at both ends of the range of numbers, and ten thousand of them', () => {
  withSeed(22, (random) => {
    expect(new AliasTable([5]).draw(random)).toBe(0);
    const extreme = new AliasTable([Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_VALUE]);
    const drawn = new Set(Array.from({ length: 1_000 }, () => extreme.draw(random)));
    expect(drawn).toEqual(new Set([0, 2]));
    const large = new AliasTable(Array.from({ length: 10_000 }, (_, index) => index + 1));
    for (let made = 0; made < 1_000; made++) expect(large.draw(random)).toBeLessThan(10_000);
  });
});

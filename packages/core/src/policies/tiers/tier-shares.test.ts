import { describe, expect, test } from '@jest/globals';
import { tierShares } from './tier-shares.js';

/** Tiers of 100 members of which so many serve. */
const sharesOf = (healthy: readonly number[], overprovisioning = 1.4): number[] => [
  ...tierShares(
    healthy.map((serving) => ({ serving, total: 100 })),
    overprovisioning,
  ),
];

// Envoy works with whole percents and gives what rounding leaves to the first or the last: ours may differ by that.
describe('Envoy priority levels', () => {
  test.each([
    [
      [100, 100],
      [100, 0],
    ],
    [
      [72, 100],
      [100, 0],
    ],
    [
      [71, 100],
      [99, 1],
    ],
    [
      [50, 100],
      [70, 30],
    ],
    [
      [25, 100],
      [35, 65],
    ],
    [
      [0, 100],
      [0, 100],
    ],
    [
      [72, 72],
      [100, 0],
    ],
    [
      [71, 71],
      [99, 1],
    ],
    [
      [50, 50],
      [70, 30],
    ],
    [
      [25, 25],
      [50, 50],
    ],
    [
      [100, 100, 100],
      [100, 0, 0],
    ],
    [
      [72, 72, 100],
      [100, 0, 0],
    ],
    [
      [71, 71, 100],
      [99, 1, 0],
    ],
    [
      [50, 50, 100],
      [70, 30, 0],
    ],
    [
      [25, 100, 100],
      [35, 65, 0],
    ],
    [
      [25, 25, 100],
      [35, 35, 30],
    ],
    [
      [25, 25, 20],
      [36, 36, 28],
    ],
  ])('healthy %j %% get %j %%', (healthy, percents) => {
    sharesOf(healthy).forEach((share, tier) => expect(Math.abs(share * 100 - percents[tier]!)).toBeLessThan(0.6));
  });
});

describe('shares of tiers', () => {
  test('are exact, and add up to 1', () => {
    expect(sharesOf([71, 100])).toEqual([expect.closeTo(0.994, 12), expect.closeTo(0.006, 12)]);
    for (const healthy of [[1], [1, 1], [3, 0, 7], [33, 33, 33], [0, 0, 1]]) {
      expect(sharesOf(healthy).reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
    }
  });

  test('are 0 when nobody serves, or nobody is there', () => {
    expect([sharesOf([0, 0]), sharesOf([]), [...tierShares([{ serving: 0, total: 0 }], 1.4)]]).toEqual([
      [0, 0],
      [],
      [0],
    ]);
  });

  test('without overprovisioning each missing member takes its share along', () => {
    expect(sharesOf([90, 100], 1)).toEqual([expect.closeTo(0.9, 12), expect.closeTo(0.1, 12)]);
  });
});

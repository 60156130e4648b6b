import { describe, expect, test } from '@jest/globals';
import { RollingCount } from './rolling-count.js';

/** Counts once in each of these moments. */
function counted(windowMs: number, ...moments: number[]): RollingCount {
  const count = new RollingCount(windowMs, 10);
  for (const moment of moments) count.add(moment);
  return count;
}

describe('another window', () => {
  test('that is longer keeps what was counted, and for longer', () => {
    const count = counted(1_000, 0, 500, 900);
    count.resize(10_000);
    expect([900, 1_999, 8_999, 10_000].map((now) => count.at(now))).toEqual([3, 3, 3, 0]);
  });

  test('that is shorter drops what is too old for it', () => {
    const count = counted(10_000, 0, 5_000, 9_000, 9_000);
    count.resize(5_000);
    expect([9_000, 13_499, 14_000].map((now) => count.at(now))).toEqual([3, 2, 0]);
  });

  test('goes on counting', () => {
    const count = counted(1_000, 100);
    count.resize(2_000);
    count.add(1_900);
    expect([1_900, 2_000].map((now) => count.at(now))).toEqual([2, 1]);
  });

  test('of the same length changes nothing, nor does one of nothing counted', () => {
    const count = counted(1_000, 150);
    count.resize(1_000);
    expect([1_099, 1_100].map((now) => count.at(now))).toEqual([1, 0]);
    const empty = new RollingCount(1_000);
    empty.resize(2_000);
    expect(empty.at(-5)).toBe(0);
  });
});

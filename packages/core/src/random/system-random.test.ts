import { expect, test } from '@jest/globals';
import { systemRandom } from './system-random.js';

test('the system random numbers are in [0, 1) and uniform, over many refills', () => {
  const classes = new Array<number>(256).fill(0);
  const pairs = new Array<number>(256).fill(0);
  let outside = 0;
  for (let drawn = 0; drawn < 100_000; drawn += 1) {
    const a = systemRandom.next();
    const b = systemRandom.next();
    if (!(a >= 0 && a < 1)) outside += 1;
    classes[Math.floor(a * 256)]! += 1;
    pairs[Math.floor(a * 16) * 16 + Math.floor(b * 16)]! += 1;
  }
  expect(outside).toBe(0);
  const expected = 100_000 / 256;
  const chiSquare = (counts: readonly number[]): number =>
    counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // χ² with 255 degrees of freedom exceeds 404 with probability 1e-8.
  expect(chiSquare(classes)).toBeLessThan(404);
  expect(chiSquare(pairs)).toBeLessThan(404);
});

test('a block of numbers does not come again', () => {
  const block = (): number[] => Array.from({ length: 1_024 }, () => systemRandom.next());
  const seen = new Set([...block(), ...block(), ...block()]);
  // Of 3 072 draws of 32 bits, two are equal with probability 0.001, and four pairs never.
  expect(seen.size).toBeGreaterThan(3_068);
});

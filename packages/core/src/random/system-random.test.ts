import { expect, test } from '@jest/globals';
import { systemRandom } from './system-random.js';

test('the system random numbers are in [0, 1) and not constant', () => {
  const numbers = Array.from({ length: 1_000 }, () => systemRandom.next());
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(new Set(numbers).size).toBeGreaterThan(990);
});

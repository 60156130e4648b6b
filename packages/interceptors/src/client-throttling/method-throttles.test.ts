import { expect, test } from '@jest/globals';
import { MethodThrottles } from './method-throttles.js';

const SETTINGS = { multiplier: 2, windowMs: 60_000 };

test('a method keeps its throttle while it has one, whatever its figures', () => {
  const throttles = new MethodThrottles();
  const throttle = throttles.of('/a/A', SETTINGS);
  for (let n = 0; n < 4; n++) throttle.ended(n === 0, 0);
  expect(throttle.rejectionRatio(0)).toBe(2 / 5);
  throttles.review(() => SETTINGS);
  expect(throttles.of('/a/A', { multiplier: 3, windowMs: 30_000 })).toBe(throttle);
  expect(throttle.rejectionRatio(0)).toBe(1 / 5);
  expect(throttles.of('/a/B', SETTINGS).rejectionRatio(0)).toBe(0);
});

test('one that had none in between begins anew', () => {
  const throttles = new MethodThrottles();
  const throttle = throttles.of('/a/A', SETTINGS);
  const other = throttles.of('/a/B', SETTINGS);
  throttles.review((path) => (path === '/a/A' ? undefined : SETTINGS));
  expect(throttles.of('/a/A', SETTINGS)).not.toBe(throttle);
  expect(throttles.of('/a/B', SETTINGS)).toBe(other);
});

test('beyond a thousand methods none is kept', () => {
  const throttles = new MethodThrottles();
  const first = throttles.of('/a/0', SETTINGS);
  for (let n = 1; n < 1_000; n++) throttles.of(`/a/${n}`, SETTINGS);
  expect(throttles.of('/a/1000', SETTINGS)).not.toBe(throttles.of('/a/1000', SETTINGS));
  expect(throttles.of('/a/0', SETTINGS)).toBe(first);
});

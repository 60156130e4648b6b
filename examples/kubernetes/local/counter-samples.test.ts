import { expect, test } from '@jest/globals';
import { busiestAtATime, sharesOf } from './counter-samples.js';

const PODS = ['a', 'b', 'c'];
const counts = (a: number, b: number, c = 0): ReadonlyMap<string, number> => new Map(Object.entries({ a, b, c }));

test('shares are of all reads; a pod without any has one of 0', () => {
  expect(
    sharesOf(
      PODS,
      new Map([
        ['b', 3],
        ['a', 1],
      ]),
    ).map(({ pod, share }) => [pod, share]),
  ).toEqual([
    ['a', 0.25],
    ['b', 0.75],
    ['c', 0],
  ]);
});

test('nothing was read: nobody has a share', () => {
  expect(sharesOf(PODS, new Map()).map(({ share }) => share)).toEqual([0, 0, 0]);
  expect(busiestAtATime(PODS, [counts(0, 0), counts(0, 0)])).toBeUndefined();
});

test('calls that move from pod to pod are fair in the end, and at no moment', () => {
  const samples = [counts(0, 0), counts(10, 0), counts(10, 10), counts(20, 10), counts(20, 20)];
  expect(Math.max(...sharesOf(PODS, samples.at(-1)!).map(({ share }) => share))).toBe(0.5);
  expect(busiestAtATime(PODS, samples)).toBe(1);
});

test('one moment that is uneven is not the rule', () => {
  const samples = [counts(0, 0), counts(9, 0), counts(12, 3, 3), counts(15, 6, 6), counts(15, 6, 6)];
  expect(busiestAtATime(PODS, samples)).toBeCloseTo(1 / 3, 1);
});

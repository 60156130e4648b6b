import { expect, test } from '@jest/globals';
import { fakeMembers, weighed } from '../../../test/support/fake-member.js';
import { pickedReady } from '../../pick/ready-members.js';
import { relativeWeights } from './relative-weights.js';

const of = (weights: readonly number[], factors?: readonly number[]): readonly number[] | undefined => {
  const ready = pickedReady(fakeMembers(weights.length).map((member, index) => weighed(member, weights[index]!)));
  const answer = relativeWeights(ready, factors && Float64Array.from(factors));
  return answer && [...answer];
};

test('weights have a mean of 1', () => {
  expect(of([1, 2, 3])).toEqual([0.5, 1, 1.5]);
  expect(of([1, 1, 1], [1, 0.5, 1])).toEqual([1.2, 0.6, 1.2].map((weight) => expect.closeTo(weight, 12)));
});

test('equal ones are none, and so are those that are no weights', () => {
  expect(of([7, 7, 7])).toBeUndefined();
  expect(of([1, NaN, -5, 0, Infinity, -Infinity])).toBeUndefined();
  expect(of([2, 1], [0.5, 1])).toBeUndefined();
  expect(of([3, 3], [0, 0])).toBeUndefined();
});

test('stay finite and above 0 at the ends of the range', () => {
  for (const weights of [of([Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_VALUE]), of([1, 1], [0, 1])]) {
    for (const weight of weights!) expect(weight > 0 && weight < 10).toBe(true);
  }
});

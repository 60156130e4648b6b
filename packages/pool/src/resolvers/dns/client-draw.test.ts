import { expect, test } from '@jest/globals';
import { ScriptedRandom } from '@fairlead/testing';
import { clientDraw } from './client-draw.js';

test('is drawn once for all that share a source of randomness', () => {
  const [one, other] = [new ScriptedRandom([0.499_9, 0.9]), new ScriptedRandom([0.999_9])];
  expect([clientDraw(one), clientDraw(one), clientDraw(other), clientDraw(one)]).toEqual([49, 49, 99, 49]);
  expect(one.remaining).toBe(1);
});

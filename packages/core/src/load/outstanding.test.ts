import { expect, test } from '@jest/globals';
import { OutstandingLoad } from './outstanding.js';

test('the load is what was begun and not ended, each end counted once', () => {
  const load = new OutstandingLoad();
  expect(load.valueAt()).toBe(0);
  const [first, second] = [load.begin(), load.begin()];
  first.responded(1);
  expect([load.valueAt(), load.inFlight]).toEqual([2, 2]);
  first.end(2, 'success');
  first.end(3, 'failure');
  expect([load.valueAt(), load.inFlight]).toEqual([1, 1]);
  second.end(3, 'neutral');
  expect([load.valueAt(), load.inFlight]).toEqual([0, 0]);
});

import { expect, test } from '@jest/globals';
import { failureAccrual } from '../policies/failure-accrual/failure-accrual.js';
import { outlierDetection } from '../policies/outlier-detection/outlier-detection.js';
import { ObservedLoad } from './observed-load.js';
import { PeakEwmaLoad } from './peak-ewma.js';

test('a load under several policies costs what the innermost one says, and says who that is', () => {
  const load = outlierDetection({ successRateEjection: {}, childPolicy: failureAccrual() })().createLoad();
  expect(load).toBeInstanceOf(ObservedLoad);
  expect(load.cost).toBeInstanceOf(PeakEwmaLoad);
  const ended = load.begin(0);
  load.begin(0);
  ended.end(7, 'success');
  expect([load.valueAt(8), load.inFlight]).toEqual([load.cost!.valueAt(8), load.cost!.inFlight]);
  expect(load.cost!.inFlight).toBe(1);
});

import { describe, expect, test } from '@jest/globals';
import { STATUS_CODES } from '@fairlead/core';
import { smallWorld } from '../../test/support/small-world.js';
import { runWorld } from '../run-scenario.js';
import { percentile } from './percentiles.js';

describe('RunResult', () => {
  test('a failed call counts as long as its deadline, and shares are those of attempts', () => {
    const world = smallWorld();
    world.pods[0]!.server.setFault({ kind: 'fails', afterMs: 1, code: STATUS_CODES.INTERNAL });
    const result = runWorld(world, 5_000);
    expect(result.okRatio()).toBeCloseTo(2 / 3, 1);
    expect(result.lost).toBe(result.calls.filter(({ code }) => code === STATUS_CODES.INTERNAL).length);
    expect(result.latencyMs(0.5)).toBeLessThan(12);
    expect(result.latencyMs(0.8)).toBe(500);
    expect(result.shareOf(['pod-0'])).toBeCloseTo(1 / 3, 2);
    expect(result.shareOf(['pod-0', 'pod-1', 'pod-2'], { fromMs: 1_000, toMs: 2_000 })).toBe(1);
    expect(result.shareSpread).toBeCloseTo(1, 1);
    expect(result.attemptsPerCall).toBe(1);
  });

  test('the utilization of a pod that does nothing is nothing', () => {
    const world = smallWorld();
    world.pods[0]!.server.setFault({ kind: 'fails', afterMs: 1, code: STATUS_CODES.INTERNAL });
    expect(runWorld(world, 5_000).utilizationSpread).toBeCloseTo(1.5, 1);
  });
});

test('a percentile is a value of the list', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([0, 0.5, 0.99, 0.999, 1].map((quantile) => percentile(hundred, quantile))).toEqual([1, 50, 99, 100, 100]);
  expect(percentile([], 0.5)).toBeNaN();
});

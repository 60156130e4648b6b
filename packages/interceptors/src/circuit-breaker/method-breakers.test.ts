import { BREAKER_FAILURES, type CircuitBreakerConfig } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { afterEach, expect, test } from '@jest/globals';
import type { BreakerChange } from './breaker-change.js';
import { MethodBreakers } from './method-breakers.js';

const CONFIG: CircuitBreakerConfig = {
  failureRatio: 0,
  requestVolume: 1,
  windowMs: 10_000,
  openMs: 5_000,
  probeTimeoutMs: 5_000,
  failureStatusCodes: BREAKER_FAILURES,
};

const breakers = new MethodBreakers(new VirtualClock());

afterEach(() => breakers.close());

/** What a throw from `tell` becomes, instead of ending the test's process. */
function uncaught(act: () => void): unknown[] {
  const thrown: unknown[] = [];
  const { nextTick } = process;
  process.nextTick = ((callback: () => void) => {
    try {
      callback();
    } catch (error) {
      thrown.push(error);
    }
  }) as typeof nextTick;
  try {
    act();
  } finally {
    process.nextTick = nextTick;
  }
  return thrown;
}

test('one listener is told of all breakers, also of those made later, until it stops', () => {
  const told: BreakerChange[] = [];
  const early = breakers.of('/a/A', CONFIG);
  const stop = breakers.onChange((change) => told.push(change));
  early.open();
  breakers.of('/a/B', CONFIG).open();
  early.close();
  stop();
  early.open();
  expect(told).toEqual([
    { path: '/a/A', from: 'closed', to: 'open', manual: true },
    { path: '/a/B', from: 'closed', to: 'open', manual: true },
    { path: '/a/A', from: 'open', to: 'closed', manual: true },
  ]);
});

test('a listener that throws stops neither the breaker nor the listeners after it', () => {
  const breaker = new MethodBreakers(new VirtualClock()).of('/a/A', CONFIG);
  const told: string[] = [];
  breaker.onChange(() => {
    throw new Error('listener');
  });
  breaker.onChange(({ to }) => told.push(to));
  const thrown = uncaught(() => breaker.open());
  expect([thrown, told, breaker.state]).toEqual([[new Error('listener')], ['open'], 'open']);
});

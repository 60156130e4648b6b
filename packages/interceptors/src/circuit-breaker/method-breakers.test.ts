import { BREAKER_FAILURES, type CircuitBreakerConfig } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
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

let breakers: MethodBreakers;

beforeEach(() => {
  breakers = new MethodBreakers(new VirtualClock());
});

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
  const breaker = breakers.of('/a/A', CONFIG);
  const told: string[] = [];
  breaker.onChange(() => {
    throw new Error('listener');
  });
  breaker.onChange(({ to }) => told.push(to));
  const thrown = uncaught(() => breaker.open());
  expect([thrown, told, breaker.state]).toEqual([[new Error('listener')], ['open'], 'open']);
});

/** Lets one call fail, which opens it. */
function fail(path: string): void {
  const breaker = breakers.of(path, CONFIG);
  breaker.leave(breaker.enter()!, 'failure');
}

test('reviewed: those that are configured as before keep their state, others stay open by their new times; listeners stay', () => {
  for (const path of ['/r/Same', '/r/Other', '/r/Gone']) fail(path);
  const told: BreakerChange[] = [];
  const stop = breakers.onChange((change) => told.push(change));
  const [same, other, gone] = ['/r/Same', '/r/Other', '/r/Gone'].map((path) => breakers.of(path, CONFIG));
  const configs = new Map([
    ['/r/Same', { ...CONFIG, failureStatusCodes: new Set(BREAKER_FAILURES) }],
    ['/r/Other', { ...CONFIG, requestVolume: 2 }],
  ]);
  breakers.review((path) => configs.get(path));
  expect([same, other, gone].map((breaker) => breaker?.state)).toEqual(['open', 'open', 'closed']);
  expect(told.map(({ path, from, to, manual }) => [path, from, to, manual])).toEqual([
    ['/r/Gone', 'open', 'closed', false],
  ]);
  expect(breakers.of('/r/Other', configs.get('/r/Other')!)).toBe(other);
  expect(breakers.of('/r/Gone', CONFIG)).toBe(gone);
  stop();
});

test('held open by hand, it is held by other rules, too; without rules it is not', () => {
  const breaker = breakers.of('/h/Held', CONFIG);
  breaker.open();
  breakers.review(() => ({ ...CONFIG, requestVolume: 2 }));
  expect([breaker.state, breaker.enter()]).toEqual(['open', undefined]);
  breakers.review(() => undefined);
  expect([breaker.state, breaker.enter()]).toEqual(['closed', expect.any(Number)]);
});

test('a call that was admitted by earlier rules says nothing about the new ones', () => {
  const breaker = breakers.of('/e/Earlier', CONFIG);
  const admission = breaker.enter()!;
  breaker.reconfigure({ ...CONFIG, openMs: 1 });
  breaker.leave(admission, 'failure');
  expect(breaker.state).toBe('closed');
  breaker.leave(breaker.enter()!, 'failure');
  expect(breaker.state).toBe('open');
});

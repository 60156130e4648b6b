import type { HedgingPolicy } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { HedgingStates } from './hedging-states.js';

const POLICY: HedgingPolicy = { maxAttempts: 2, hedgingDelayMs: 10, nonFatalStatusCodes: new Set() };
const P95 = { quantile: 0.95, minMs: 1, maxMs: 100 };

test('a method keeps its state while its delay and its quota are configured as before', () => {
  const states = new HedgingStates();
  const state = states.of('/a/A', POLICY, { measuredDelay: P95 });
  for (let n = 0; n < 100; n++) state.delay.answered(50, 0);
  const later = states.of('/a/A', { ...POLICY, maxAttempts: 3 }, { measuredDelay: { ...P95 } });
  expect(later).toBe(state);
  expect(later.delay.begin(0)).toBeGreaterThan(40);
  expect(states.of('/a/B', POLICY, { measuredDelay: P95 })).not.toBe(state);
});

test.each([
  ['another quantile', POLICY, { measuredDelay: { ...P95, quantile: 0.9 } }],
  ['another ratio', POLICY, { measuredDelay: P95, hedgingRatio: 0.1 }],
  ['another fixed delay', { ...POLICY, hedgingDelayMs: 20 }, { measuredDelay: P95 }],
  ['no measured delay', POLICY, {}],
])('it begins anew with %s, and keeps that', (_what, policy, settings) => {
  const states = new HedgingStates();
  const state = states.of('/a/A', POLICY, { measuredDelay: P95 });
  const other = states.of('/a/A', policy, settings);
  expect(other).not.toBe(state);
  expect(states.of('/a/A', policy, settings)).toBe(other);
});

test('beyond a thousand methods none is kept', () => {
  const states = new HedgingStates();
  const first = states.of('/a/0', POLICY, {});
  for (let n = 1; n < 1_000; n++) states.of(`/a/${n}`, POLICY, {});
  expect(states.of('/a/1000', POLICY, {})).not.toBe(states.of('/a/1000', POLICY, {}));
  expect(states.of('/a/0', POLICY, {})).toBe(first);
});

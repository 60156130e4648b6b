import type { HedgingPolicy, MethodConfig } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { FakeChannel, pod } from '../../test/fake-channel.js';
import { ObservedCall } from '../../test/observed-call.js';
import { interceptorsFor } from '../chain.js';
import { interceptChannel } from '../channel/intercept-channel.js';
import { createPolicyContext } from '../policy-context.js';

const POLICY: HedgingPolicy = {
  maxAttempts: 3,
  hedgingDelayMs: 10,
  nonFatalStatusCodes: new Set([grpc.status.UNAVAILABLE]),
};
const CALLS = 2_000;

/** Attempts beyond the first ones of 2 000 calls, 100 a second, that are all answered long after their delay. */
function extraAttempts(method: Omit<MethodConfig, 'hedgingPolicy'>, answerMs = 50): number {
  const clock = new VirtualClock();
  const context = createPolicyContext({ clock, random: new SeededRandom(1) });
  const wire = new FakeChannel();
  const channel = interceptChannel(wire, () => interceptorsFor({ hedgingPolicy: POLICY, ...method }, context));
  wire.onCall = (call) =>
    clock.schedule(answerMs, () => {
      if (!call.ended)
        call
          .pick(pod(wire.calls.length % 10), true)
          .message('hi')
          .ok();
    });
  for (let n = 0; n < CALLS; n++) {
    new ObservedCall(channel).unary();
    clock.advance(10);
  }
  clock.advance(1_000);
  context.close();
  return wire.calls.length - CALLS;
}

test('by default, hedges are at most 5 % of the calls, and one in ten seconds', () => {
  const extra = extraAttempts({});
  expect(extra).toBeLessThanOrEqual(CALLS * 0.05 + 3);
  expect(extra).toBeGreaterThan(CALLS * 0.045);
});

test('the ratio raises that, and also that of a measured delay', () => {
  expect(extraAttempts({ hedgingRatio: 0.1 })).toBeGreaterThan(CALLS * 0.095);
  const measuredDelay = { quantile: 0.95, minMs: 1, maxMs: 10 };
  expect(extraAttempts({ measuredDelay })).toBeLessThanOrEqual(CALLS * 0.05 + 3);
  expect(extraAttempts({ measuredDelay, hedgingRatio: 0.1 })).toBeGreaterThan(CALLS * 0.095);
});

test('0 sends none, and 1 as many as the budget of the channel allows: a fifth of the calls, and ten a second', () => {
  expect(extraAttempts({ hedgingRatio: 0 })).toBe(0);
  expect(extraAttempts({ hedgingRatio: 1 })).toBeGreaterThan(CALLS * 0.25);
});

test('a method that is seldom called has its first hedge', () => {
  const clock = new VirtualClock();
  const context = createPolicyContext({ clock });
  const wire = new FakeChannel();
  const channel = interceptChannel(wire, () => interceptorsFor({ hedgingPolicy: POLICY }, context));
  new ObservedCall(channel).unary();
  clock.advance(10);
  expect(wire.calls).toHaveLength(2);
  clock.advance(10);
  expect(wire.calls).toHaveLength(2);
  wire.last.ok();
  context.close();
});

test('an attempt after the failure of all others is not of the quota', () => {
  const clock = new VirtualClock();
  const context = createPolicyContext({ clock });
  const wire = new FakeChannel();
  const method = { hedgingPolicy: POLICY, hedgingRatio: 0 };
  const channel = interceptChannel(wire, () => interceptorsFor(method, context));
  new ObservedCall(channel).unary();
  wire.last.pick(pod(1), true).end(grpc.status.UNAVAILABLE, '', 'maybe-processed');
  expect(wire.calls).toHaveLength(2);
  wire.last.ok();
  context.close();
});

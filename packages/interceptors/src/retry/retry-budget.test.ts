import type { FailureClass } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { pod } from '../../test/fake-channel.js';
import { ObservedCall } from '../../test/observed-call.js';
import { POLICY, retryFixture } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';

const RATE = 500;
const SECONDS = 30;
/** What the default budget keeps on top of the share: 10 a second, over its time to live of 10 s, at both ends. */
const RESERVE = 10 * (SECONDS + 10);

/** Calls at a steady rate against pods that all fail in the same way. @returns attempts that the pods saw, and the calls. */
function outage(failure: FailureClass): { readonly attempts: number; readonly calls: readonly ObservedCall[] } {
  const { wire, channel, clock } = retryFixture({ ...POLICY, maxAttempts: 5 });
  const calls: ObservedCall[] = [];
  let failed = 0;
  const failAll = (): void => {
    for (; failed < wire.calls.length; failed++) {
      wire.calls[failed]?.pick(pod(failed % 5), true).end(grpc.status.UNAVAILABLE, '', failure);
    }
  };
  for (let n = 0; n < RATE * SECONDS; n++) {
    calls.push(new ObservedCall(channel).unary());
    failAll();
    clock.advance(1_000 / RATE);
    failAll();
  }
  for (let round = 0; round < 10; round++) {
    clock.advance(120);
    failAll();
  }
  expect(clock.pendingTimers).toBe(0);
  return { attempts: wire.calls.length, calls };
}

test('in a total outage, attempts stay below calls × 1.2 + reserve, however many each call may make', () => {
  const { attempts, calls } = outage('maybe-processed');
  expect(attempts).toBeLessThanOrEqual(calls.length * 1.2 + RESERVE);
  // And the budget is used, not just refused.
  expect(attempts).toBeGreaterThan(calls.length * 1.19);
  expect(calls.every((call) => call.code === grpc.status.UNAVAILABLE)).toBe(true);
  const ends = new Set(calls.map((call) => attemptsOf(call.status).at(-1)?.next.reason));
  expect(ends).toEqual(new Set(['all 5 attempts are used', 'the retry budget is used up']));
});

test('where every attempt is refused, each call has one more for free, and the rest of them share the budget', () => {
  const { attempts, calls } = outage('refused');
  expect(attempts).toBeLessThanOrEqual(calls.length * 2.2 + RESERVE);
  expect(attempts).toBeGreaterThan(calls.length * 2.19);
});

test('a budget that is used up recovers with new calls', () => {
  const { wire, channel, clock, context } = retryFixture(POLICY);
  const { budget } = context.retry;
  while (budget.tryWithdraw(clock.now()));
  const poor = new ObservedCall(channel).unary();
  wire.last.pick(pod(1)).end(grpc.status.UNAVAILABLE);
  expect(poor.code).toBe(grpc.status.UNAVAILABLE);
  clock.advance(10_000);
  new ObservedCall(channel).unary();
  wire.last.pick(pod(1)).end(grpc.status.UNAVAILABLE);
  clock.advance(120);
  expect(wire.calls).toHaveLength(3);
});

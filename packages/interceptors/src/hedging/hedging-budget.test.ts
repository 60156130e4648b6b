import { TokenThrottle } from '@fairlead/core';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { pod } from '../../test/fake-channel.js';
import { hedgingFixture } from '../../test/hedging-fixture.js';
import { ObservedCall } from '../../test/observed-call.js';

const RATE = 500;
const SECONDS = 60;
/** What the default budget keeps on top of the share: 10 a second, over its time to live of 10 s, at both ends. */
const RESERVE = 10 * (SECONDS + 10);

/** Calls at a steady rate, whose every attempt fails after 150 ms. @returns the attempts that the pods saw. */
function outage({ wire, channel, clock }: ReturnType<typeof hedgingFixture>): number {
  const due: (readonly [number, number])[] = [];
  let seen = 0;
  let failed = 0;
  const tick = (): void => {
    for (; seen < wire.calls.length; seen++) {
      wire.calls[seen]!.pick(pod(seen % 10), true);
      due.push([clock.now() + 150, seen]);
    }
    for (; failed < due.length && due[failed]![0] <= clock.now(); failed++) {
      const call = wire.calls[due[failed]![1]]!;
      if (!call.ended) call.end(grpc.status.UNAVAILABLE, '', 'maybe-processed');
    }
  };
  const calls: ObservedCall[] = [];
  for (let n = 0; n < RATE * SECONDS; n++) {
    calls.push(new ObservedCall(channel).unary());
    clock.advance(1_000 / RATE);
    tick();
  }
  for (let n = 0; n < 1_000; n++) {
    clock.advance(2);
    tick();
  }
  expect(calls.every((call) => call.code === grpc.status.UNAVAILABLE)).toBe(true);
  expect(clock.pendingTimers).toBe(0);
  return wire.calls.length;
}

test('in a total outage of 60 s at 500 calls/s, attempts stay below calls × 1.2 + reserve, hedges included', () => {
  const calls = RATE * SECONDS;
  const attempts = outage(hedgingFixture({ maxAttempts: 5, hedgingDelayMs: 50 }));
  expect(attempts).toBeLessThanOrEqual(calls * 1.2 + RESERVE);
  expect(attempts).toBeGreaterThan(calls * 1.19);
});

test('with retryThrottling, an outage has a handful of hedges, and then none', () => {
  const budget = new TokenThrottle({ maxTokens: 10, tokenRatio: 0.1 });
  const attempts = outage(hedgingFixture({ maxAttempts: 5, hedgingDelayMs: 100 }, { budget }));
  // Those of the 150 ms until the first failures are known: 25 calls are past their delay of 100 ms, of 50 ms 25 more.
  expect(attempts - RATE * SECONDS).toBeLessThanOrEqual(RATE * 0.05 + 10);
});

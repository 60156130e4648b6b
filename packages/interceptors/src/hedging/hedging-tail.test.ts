import { SeededRandom } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { pod } from '../../test/fake-channel.js';
import { hedgingFixture } from '../../test/hedging-fixture.js';
import { ObservedCall } from '../../test/observed-call.js';

const CALLS = 20_000;
const PODS = 10;

/**
 * 500 calls a second on ten pods that answer in 4 to 6 ms, but for one that takes 1 s for 5 % of its answers. That is one
 * call in 200, so that p99.9 lies within the tail and not at its edge.
 */
function run(maxAttempts: number): { readonly p999: number; readonly attempts: number } {
  const more = { measuredDelay: { quantile: 0.95, minMs: 1, maxMs: 10_000 } };
  const { wire, channel, clock } = hedgingFixture({ maxAttempts }, {}, more);
  const random = new SeededRandom(3);
  const latencies: number[] = [];
  let started = 0;
  const serve = (): void => {
    for (; started < wire.calls.length; started++) {
      const call = wire.calls[started]!;
      const host = Math.floor(random.next() * PODS);
      call.pick(pod(host), true);
      const slow = host === 0 && random.next() < 0.05;
      clock.schedule(slow ? 1_000 : 4 + 2 * random.next(), () => call.ended || call.end(grpc.status.OK));
    }
  };
  for (let n = 0; n < CALLS; n++) {
    const begunAt = clock.now();
    const call = new ObservedCall(channel).unary();
    call.statuses.push = (): number => latencies.push(clock.now() - begunAt);
    serve();
    for (let step = 0; step < 4; step++) {
      clock.advance(0.5);
      serve();
    }
  }
  for (let step = 0; step < 2_000; step++) {
    clock.advance(1);
    serve();
  }
  expect(latencies).toHaveLength(CALLS);
  return { p999: latencies.toSorted((a, b) => a - b)[Math.floor(CALLS * 0.999)]!, attempts: wire.calls.length };
}

test('one pod of ten with a tail of 1 s: p95 hedging cuts p99.9 by more than five, with 5 % more attempts at most', () => {
  const hedged = run(2);
  const plain = run(1);
  expect(plain.attempts).toBe(CALLS);
  expect(plain.p999).toBeGreaterThan(900);
  expect(hedged.p999 * 5).toBeLessThan(plain.p999);
  expect(hedged.attempts).toBeLessThanOrEqual(CALLS * 1.05 + 5);
});

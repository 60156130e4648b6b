import * as grpc from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { pod } from '../../test/fake-channel.js';
import { hedgingFixture } from '../../test/hedging-fixture.js';
import { ObservedCall } from '../../test/observed-call.js';

const QUANTILE = { measuredDelay: { quantile: 0.95, minMs: 1, maxMs: 10_000 } };

describe('a stall of our own event loop', () => {
  test('is followed by no hedge of a call whose answer waits in the socket', () => {
    const { wire, channel, clock, context } = hedgingFixture();
    const calls = Array.from({ length: 20 }, () => new ObservedCall(channel).unary());
    for (const call of wire.calls) call.pick(pod(1), true);
    clock.advance(10);
    clock.block(300);
    // The timers run first; then the sockets are read.
    clock.advance(0);
    expect(wire.calls).toHaveLength(20);
    for (const call of [...wire.calls]) call.message('late').ok();
    clock.advance(1_000);
    expect(wire.calls).toHaveLength(20);
    expect(calls.every((call) => call.code === grpc.status.OK)).toBe(true);
    expect([clock.pendingTimers, context.retry.waits.size]).toEqual([0, 0]);
  });

  test('does not count as waiting: the hedge follows when hedgingDelay has passed without it', () => {
    const { wire, channel, clock } = hedgingFixture();
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true);
    clock.advance(40);
    clock.block(300);
    clock.advance(59);
    expect(wire.calls).toHaveLength(1);
    clock.advance(1);
    expect(wire.calls).toHaveLength(2);
  });

  test('is no sample of the measured delay', () => {
    const { wire, channel, clock } = hedgingFixture({ maxAttempts: 2 }, {}, QUANTILE);
    const answer = (afterMs: number, stalled: boolean): void => {
      new ObservedCall(channel).unary();
      wire.last.pick(pod(1), true);
      if (stalled) clock.block(afterMs);
      else clock.advance(afterMs);
      wire.last.ok();
    };
    for (let n = 0; n < 200; n += 1) answer(5, false);
    for (let n = 0; n < 200; n += 1) answer(90, true);
    const before = wire.calls.length;
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true);
    clock.advance(6);
    expect(wire.calls.length - before).toBe(2);
  });

  test('does not hinder hedges when it is switched off', () => {
    const { wire, channel, clock } = hedgingFixture({}, { eventLoopStallMs: Infinity });
    new ObservedCall(channel).unary();
    wire.last.pick(pod(1), true);
    clock.block(300);
    clock.advance(0);
    expect(wire.calls).toHaveLength(2);
  });
});

import type { MethodConfig } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { FakeChannel, pod } from '../../test/fake-channel.js';
import { ObservedCall } from '../../test/observed-call.js';
import { POLICY } from '../../test/retry-fixture.js';
import { attemptsOf } from '../attempts/attempts-of.js';
import { interceptorsFor } from '../chain.js';
import { interceptChannel } from '../channel/intercept-channel.js';
import { createPolicyContext } from '../policy-context.js';

const { DEADLINE_EXCEEDED } = grpc.status;
const retryPolicy = { ...POLICY, retryableStatusCodes: new Set([DEADLINE_EXCEEDED]) };

function fixture(config: MethodConfig) {
  const clock = new VirtualClock();
  const wire = new FakeChannel();
  const context = createPolicyContext({ clock, random: new SeededRandom(1) });
  const channel = interceptChannel(wire, () => interceptorsFor(config, context));
  const deadlines = (): number[] => wire.calls.map(({ args }) => Number(args[1]) - clock.epochNow());
  return { clock, wire, channel, deadlines };
}

test('each attempt gets its own time, counted from its start', () => {
  const { clock, wire, channel, deadlines } = fixture({ retryPolicy, timeoutMs: 1_000, perAttemptTimeoutMs: 200 });
  const call = new ObservedCall(channel).unary();
  expect(deadlines()).toEqual([200]);
  clock.advance(200);
  wire.last.pick(pod(1), true).end(DEADLINE_EXCEEDED, 'Deadline exceeded');
  clock.advance(120);
  const secondAt = wire.calls.length;
  expect([secondAt, deadlines()[1]! > 200 - 41 && deadlines()[1]! <= 200]).toEqual([2, true]);
  wire.last.pick(pod(2), true).ok();
  expect(call.code).toBe(grpc.status.OK);
  expect(attemptsOf(call.status)).toMatchObject([
    { code: DEADLINE_EXCEEDED, failure: 'maybe-processed', next: { retried: true } },
    { code: grpc.status.OK },
  ]);
});

test("the call's own deadline counts for the last attempt when it is earlier", () => {
  const { clock, wire, channel, deadlines } = fixture({ retryPolicy, timeoutMs: 400, perAttemptTimeoutMs: 250 });
  new ObservedCall(channel).unary();
  clock.advance(250);
  wire.last.pick(pod(1), true).end(DEADLINE_EXCEEDED);
  clock.advance(120);
  expect(deadlines()[1]).toBe(400 - 250 - 120);
});

test('without a retryPolicy that lists DEADLINE_EXCEEDED the call ends with it', () => {
  const { wire, channel } = fixture({ perAttemptTimeoutMs: 200 });
  const call = new ObservedCall(channel).unary();
  wire.last.pick(pod(1), true).end(DEADLINE_EXCEEDED);
  expect([wire.calls.length, call.code]).toEqual([1, DEADLINE_EXCEEDED]);
});

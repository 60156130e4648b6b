import type { MethodConfig } from '@fairlead/core';
import { VirtualClock } from '@fairlead/testing';
import { expect, test } from '@jest/globals';
import { FakeChannel } from '../../test/fake-channel.js';
import { ObservedCall, type CallSetup } from '../../test/observed-call.js';
import { interceptorsFor } from '../chain.js';
import { interceptChannel } from '../channel/intercept-channel.js';
import { createPolicyContext } from '../policy-context.js';

/** The deadline that reaches the wire, in ms from the start of the call. */
function deadlineOnTheWire(config: MethodConfig, setup: (now: number) => CallSetup = () => ({})): number {
  const clock = new VirtualClock();
  const wire = new FakeChannel();
  const context = createPolicyContext({ clock });
  const call = new ObservedCall(
    interceptChannel(wire, () => interceptorsFor(config, context)),
    setup(clock.epochNow()),
  );
  clock.advance(10);
  call.unary();
  return Number(wire.last.args[1]) - clock.epochNow();
}

test("a call without a deadline of its own gets the method's, counted from its start", () => {
  expect(deadlineOnTheWire({ timeoutMs: 500 })).toBe(500);
  expect(deadlineOnTheWire({ timeoutMs: 0.000_001 })).toBeCloseTo(0, 3);
});

test('the earlier of the two counts', () => {
  expect(deadlineOnTheWire({ timeoutMs: 500 }, (now) => ({ deadline: now + 300 }))).toBe(290);
  expect(deadlineOnTheWire({ timeoutMs: 500 }, (now) => ({ deadline: new Date(now + 300) }))).toBe(290);
  expect(deadlineOnTheWire({ timeoutMs: 500 }, (now) => ({ deadline: now + 900 }))).toBe(500);
  expect(deadlineOnTheWire({ timeoutMs: 500 }, (now) => ({ deadline: new Date(now + 900) }))).toBe(500);
});

test("without a timeout, the caller's own stays", () => {
  expect(deadlineOnTheWire({})).toBe(Infinity);
  expect(deadlineOnTheWire({}, (now) => ({ deadline: now + 300 }))).toBe(290);
});

import type { RetryPolicy } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { interceptorsFor, type PolicyContext } from '../src/chain.js';
import { interceptChannel, type InterceptedChannel } from '../src/channel/intercept-channel.js';
import { createPolicyContext, type PolicyContextOptions } from '../src/policy-context.js';
import { FakeChannel } from './fake-channel.js';

const { UNAVAILABLE } = grpc.status;

/** Constant waits of 100 ms (before jitter), UNAVAILABLE alone. */
export const POLICY: RetryPolicy = {
  maxAttempts: 3,
  initialBackoffMs: 100,
  maxBackoffMs: 100,
  backoffMultiplier: 1,
  retryableStatusCodes: new Set([UNAVAILABLE]),
};

export interface RetryFixture {
  readonly clock: VirtualClock;
  readonly wire: FakeChannel;
  readonly channel: InterceptedChannel;
  readonly context: PolicyContext;
}

/** A channel with the retry policy over a wire that the test plays, in virtual time. */
export function retryFixture(
  retryPolicy?: RetryPolicy,
  options: PolicyContextOptions & { readonly acceptsWrites?: boolean } = {},
): RetryFixture {
  const clock = new VirtualClock();
  const context = createPolicyContext({ clock, random: new SeededRandom(1), ...options });
  const wire = new FakeChannel(options.acceptsWrites);
  const method = retryPolicy ? { retryPolicy } : {};
  const channel = interceptChannel(wire, (path) => interceptorsFor(method, context, path));
  return { clock, wire, channel, context };
}

import type { HedgingPolicy, MethodConfig } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import * as grpc from '@grpc/grpc-js';
import { interceptorsFor } from '../src/chain.js';
import { interceptChannel } from '../src/channel/intercept-channel.js';
import { createPolicyContext, type PolicyContextOptions } from '../src/policy-context.js';
import { FakeChannel } from './fake-channel.js';
import type { RetryFixture } from './retry-fixture.js';

/** Three attempts, 100 ms apart; UNAVAILABLE is not fatal. */
export const HEDGING: HedgingPolicy = {
  maxAttempts: 3,
  hedgingDelayMs: 100,
  nonFatalStatusCodes: new Set([grpc.status.UNAVAILABLE]),
};

/** A channel with the hedging policy over a wire that the test plays, in virtual time. As in gRPC, without a quota, unless `more` has one. */
export function hedgingFixture(
  change: Partial<HedgingPolicy> = {},
  options: PolicyContextOptions & { readonly acceptsWrites?: boolean } = {},
  more: MethodConfig = {},
): RetryFixture {
  const clock = new VirtualClock();
  const context = createPolicyContext({ clock, random: new SeededRandom(1), ...options });
  const wire = new FakeChannel(options.acceptsWrites);
  const config = {
    hedgingPolicy: { ...HEDGING, ...change },
    ...(more.measuredDelay === undefined && { hedgingRatio: 1 }),
    ...more,
  };
  return { clock, wire, channel: interceptChannel(wire, () => interceptorsFor(config, context)), context };
}

import {
  systemClock,
  systemRandom,
  TokenBucketBudget,
  type Clock,
  type Random,
  type RetryBudget,
} from '@fairlead/core';
import { Bulkheads } from './bulkhead/bulkheads.js';
import type { PolicyContext } from './chain.js';
import { MethodBreakers } from './circuit-breaker/method-breakers.js';
import { ReplaySpace } from './retry/replay-space.js';
import { RetryWaits } from './retry/retry-waits.js';
import { Tracing } from './telemetry/tracing/tracing.js';
import type { TracingOptions } from './telemetry/tracing/tracing-options.js';

/** What a channel's policies share, where the defaults are not wanted. */
export interface PolicyContextOptions {
  /** Limits retries to a share of the calls. Default 20 % of the calls plus 10 a second. */
  readonly budget?: RetryBudget;
  /** Bytes of messages that one call may keep for another attempt. Default 1 MiB (`grpc.per_rpc_retry_buffer_size`). */
  readonly perCallBufferBytes?: number;
  /** The same for all calls of the channel together. Default 16 MiB (`grpc.retry_buffer_size`). */
  readonly channelBufferBytes?: number;
  /** The target of the channel, for what is told of its calls (`server.address`). Default unknown. */
  readonly target?: string;
  /**
   * Spans for calls and attempts. Default `true`: from the moment on in which a tracer provider is registered with
   * OpenTelemetry's API; without one it does nothing. `false` switches it off.
   */
  readonly tracing?: boolean | TracingOptions;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * The shared part of all policies of one channel: make one for each channel.
 * @throws InvalidOptionError for `tracing`.
 */
export function createPolicyContext(options: PolicyContextOptions = {}): PolicyContext {
  const { clock = systemClock, random = systemRandom, budget = new TokenBucketBudget() } = options;
  const { perCallBufferBytes = 2 ** 20, channelBufferBytes = 2 ** 24 } = options;
  const space = new ReplaySpace(channelBufferBytes);
  const waits = new RetryWaits(clock);
  const breakers = new MethodBreakers(clock);
  return {
    clock,
    retry: { clock, random, budget, space, perCallBufferBytes, waits },
    breakers,
    bulkheads: new Bulkheads(),
    tracing: Tracing.create(options.tracing, options.target),
    close: () => {
      waits.close();
      breakers.close();
    },
  };
}

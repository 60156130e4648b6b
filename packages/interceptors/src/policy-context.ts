import {
  EVENT_LOOP_STALL_MS,
  systemClock,
  systemRandom,
  TokenBucketBudget,
  watchLoop,
  type ClientThrottle,
  type Clock,
  type ConcurrencyLimitOptions,
  type Random,
  type RetryBudget,
} from '@fairlead/core';
import { Bulkheads } from './bulkhead/bulkheads.js';
import { outside } from './call/outside.js';
import type { PolicyContext } from './chain.js';
import { ChannelWide } from './channel-wide.js';
import { MethodThrottles } from './client-throttling/method-throttles.js';
import { AdaptiveBulkheads } from './concurrency-limit/adaptive-bulkheads.js';
import { HedgingStates } from './hedging/hedging-states.js';
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
  /** An adaptive limit of all calls of the channel together. Default none. */
  readonly concurrencyLimit?: ConcurrencyLimitOptions | undefined;
  /** Rejects calls here that the callee would reject (client-side throttling). Default: it does not. */
  readonly throttle?: ClientThrottle | undefined;
  /**
   * How much earlier than the call that is being served its own calls end, in ms: the time to answer with what they brought.
   * Default 0; at least 0.
   */
  readonly deadlineMarginMs?: number;
  /** The target of the channel, for what is told of its calls (`server.address`). Default unknown. */
  readonly target?: string;
  /**
   * Spans for calls and attempts. Default `true`: from the moment on in which a tracer provider is registered with
   * OpenTelemetry's API; without one it does nothing. `false` switches it off.
   */
  readonly tracing?: boolean | TracingOptions;
  /**
   * From which length on a time in which our own event loop did not come round is a stall, in ms, for which no breaker
   * fails and no hedge is sent. Default 50, at least 10, `Infinity` for never; as the option of the same name of a pool.
   */
  readonly eventLoopStallMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * The shared part of all policies of one channel: make one for each channel.
 * @throws InvalidOptionError
 */
export function createPolicyContext(options: PolicyContextOptions = {}): PolicyContext {
  const { clock = systemClock, random = systemRandom, budget = new TokenBucketBudget() } = options;
  const { perCallBufferBytes = 2 ** 20, channelBufferBytes = 2 ** 24 } = options;
  const space = new ReplaySpace(channelBufferBytes);
  const waits = new RetryWaits(clock);
  const stallMs = EVENT_LOOP_STALL_MS.check(options.eventLoopStallMs, 'eventLoopStallMs');
  const stalls = watchLoop(clock, stallMs, undefined, outside);
  const breakers = new MethodBreakers(clock, stalls);
  return {
    clock,
    stalls,
    retry: { clock, stalls, random, budget, space, perCallBufferBytes, waits },
    breakers,
    hedging: new HedgingStates(),
    bulkheads: new Bulkheads(),
    concurrencyLimits: new AdaptiveBulkheads(),
    throttles: new MethodThrottles(),
    channelWide: new ChannelWide(options),
    tracing: Tracing.create(options.tracing, options.target),
    close: () => {
      waits.close();
      breakers.close();
      stalls.close();
    },
  };
}

import {
  EVENT_LOOP_STALL_MS,
  systemClock,
  systemRandom,
  TokenBucketBudget,
  watchLoop,
  type Clock,
  type Random,
  type RetryBudget,
} from '@fairlead/core';
import { Bulkheads } from './bulkhead/bulkheads.js';
import type { PolicyContext } from './chain.js';
import { MethodBreakers } from './circuit-breaker/method-breakers.js';
import { ReplaySpace } from './retry/replay-space.js';
import { RetryWaits } from './retry/retry-waits.js';

/** What a channel's policies share, where the defaults are not wanted. */
export interface PolicyContextOptions {
  /** Limits retries to a share of the calls. Default 20 % of the calls plus 10 a second. */
  readonly budget?: RetryBudget;
  /** Bytes of messages that one call may keep for another attempt. Default 1 MiB (`grpc.per_rpc_retry_buffer_size`). */
  readonly perCallBufferBytes?: number;
  /** The same for all calls of the channel together. Default 16 MiB (`grpc.retry_buffer_size`). */
  readonly channelBufferBytes?: number;
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
  const stalls = watchLoop(clock, EVENT_LOOP_STALL_MS.check(options.eventLoopStallMs, 'eventLoopStallMs'));
  const breakers = new MethodBreakers(clock, stalls);
  return {
    clock,
    stalls,
    retry: { clock, stalls, random, budget, space, perCallBufferBytes, waits },
    breakers,
    bulkheads: new Bulkheads(),
    close: () => {
      waits.close();
      breakers.close();
      stalls.close();
    },
  };
}

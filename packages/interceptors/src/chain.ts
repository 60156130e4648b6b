import { InvalidOptionError, type Clock, type LoopStalls, type MethodConfig } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { bulkheadInterceptor } from './bulkhead/bulkhead-interceptor.js';
import type { Bulkheads } from './bulkhead/bulkheads.js';
import { circuitBreakerInterceptor } from './circuit-breaker/circuit-breaker-interceptor.js';
import type { ChannelWide } from './channel-wide.js';
import { clientThrottlingInterceptor } from './client-throttling/client-throttling-interceptor.js';
import type { MethodThrottles } from './client-throttling/method-throttles.js';
import type { AdaptiveBulkheads } from './concurrency-limit/adaptive-bulkheads.js';
import { samplingInterceptor } from './concurrency-limit/sampling-interceptor.js';
import type { MethodBreakers } from './circuit-breaker/method-breakers.js';
import { deadlineInterceptor } from './deadline/deadline-interceptor.js';
import { hedgingInterceptor } from './hedging/hedging-interceptor.js';
import type { HedgingStates } from './hedging/hedging-states.js';
import { methodHedging } from './hedging/method-hedging.js';
import { messageLimitsInterceptor } from './message-limits/message-limits-interceptor.js';
import { propagationInterceptor } from './incoming/propagation-interceptor.js';
import { methodRetry, type RetryShared } from './retry/method-retry.js';
import { retryInterceptor } from './retry/retry-interceptor.js';
import type { ChannelMetrics } from './telemetry/metrics/channel-metrics.js';
import type { TracingPolicies } from './telemetry/tracing/tracing-policies.js';
import { waitForReadyInterceptor } from './wait-for-ready/wait-for-ready-interceptor.js';

/** What the policies of one channel share. */
export interface PolicyContext {
  readonly clock: Clock;
  /** Stalls of our own event loop. */
  readonly stalls: LoopStalls;
  readonly retry: RetryShared;
  readonly breakers: MethodBreakers;
  /** What hedging has learnt of the methods. */
  readonly hedging: HedgingStates;
  readonly bulkheads: Bulkheads;
  /** The adaptive limits of the methods that have one. */
  readonly concurrencyLimits: AdaptiveBulkheads;
  /** The throttles of the methods that have one. */
  readonly throttles: MethodThrottles;
  /** What belongs to no method: the throttle, the limit and the deadline margin of all calls. */
  readonly channelWide: ChannelWide;
  /** Undefined when calls are not traced. */
  readonly tracing?: TracingPolicies | undefined;
  /** Undefined when nothing is measured. */
  readonly metrics?: ChannelMetrics;
  /** Ends what waits for another attempt or for a slot, and the timers of breakers. Whoever closes the channel calls it first. Idempotent. */
  close(): void;
}

/** One policy: where it stands in the chain and why, and how it is made for a method. */
export interface PolicyPosition {
  readonly name: string;
  /** Why it stands between its neighbours. */
  readonly why: string;
  /** The interceptor for a method, or undefined when the policy has nothing to do for it: then it is not in its chain. */
  create(method: MethodConfig, context: PolicyContext, path: string): grpc.Interceptor | undefined;
}

/**
 * The order of the policies, outermost first. This list is the only place that knows it; a new policy is one more entry.
 */
export const POLICY_ORDER: readonly PolicyPosition[] = [
  {
    name: 'call span',
    why: 'outside of everything: its time is that of the caller, and a call that another policy refuses has one, too',
    create: (_method, { tracing }, path) => tracing?.call(path),
  },
  {
    name: 'call metrics',
    why: 'outside of all that waits, refuses or repeats: what is measured is what the application sees; inside of the span, which may be its exemplar',
    create: (_method, { metrics }, path) => metrics?.callInterceptor(path),
  },
  {
    name: 'incoming call',
    why: 'outside of all that acts: whose deadline has passed, or whose caller has gone, costs nothing and counts nowhere',
    create: ({ deadlineMarginMs }, { clock, channelWide }) =>
      propagationInterceptor({ clock, deadlineMarginMs: deadlineMarginMs ?? channelWide.deadlineMarginMs }),
  },
  {
    name: 'deadline',
    why: 'outside of all that waits or repeats: one deadline covers queueing, every attempt and the time between them',
    create: ({ timeoutMs }, { clock }) => (timeoutMs === undefined ? undefined : deadlineInterceptor(timeoutMs, clock)),
  },
  {
    name: 'message limits',
    why: 'outside of all that waits, judges or repeats: a message that is too large is too large for every pod, and tells nothing of the callee',
    create: (method) => messageLimits(method),
  },
  {
    name: 'client throttling',
    why: 'outside of all that queues, so that a call that is rejected takes no place, and of retry, so that it is not tried again; what the others refuse was never sent, and counts as nothing here',
    create: (_method, { channelWide: { throttle }, clock, stalls, retry: { random } }) =>
      throttle && clientThrottlingInterceptor(throttle, clock, random, stalls),
  },
  {
    name: 'client throttling of the method',
    why: 'inside of that of the channel, so that whenever the channel lets its one call a second out, the method does, too: it let its last one out no later; outside of the rest for the same reasons',
    create: ({ clientThrottling }, { throttles, clock, stalls, retry: { random } }, path) =>
      clientThrottling &&
      clientThrottlingInterceptor(throttles.of(path, clientThrottling), clock, random, stalls, path && ` of ${path}`),
  },
  {
    name: 'bulkhead or concurrency limit',
    why: 'inside of the deadline, which bounds the wait; outside of the breaker, so that a refused call is no failure of it, and of retry, so that a call keeps one slot for all of its attempts; a method has one of the two',
    create: (method, context, path) => methodBulkheadInterceptor(method, context, path),
  },
  {
    name: 'limit of the target',
    why: 'inside of the bulkhead, so that a call that waits for its method takes no place of the others; outside of the breaker and of retry for the same reasons as the bulkhead',
    create: (_method, { channelWide: { limit }, clock, retry: { waits } }) =>
      limit && bulkheadInterceptor({ bulkhead: limit, priority: 0, clock, waits }),
  },
  {
    name: 'circuit-breaker',
    why: 'outside of retry: it judges a call by its end, after all attempts, and while it is open none is made; inside of the bulkhead, so that what waits there is judged when its turn comes',
    create: ({ circuitBreaker }, { breakers, clock, stalls }, path) =>
      circuitBreaker && circuitBreakerInterceptor(breakers.of(path, circuitBreaker), clock, stalls),
  },
  {
    name: 'wait-for-ready',
    why: 'outside of what makes the attempts, so that every attempt waits in the same way',
    create: ({ waitForReady }) => (waitForReady === undefined ? undefined : waitForReadyInterceptor(waitForReady)),
  },
  {
    name: 'hedging or retry',
    why: 'next to the pool: each attempt is a pick of its own, and what stands outside sees one call; a method has one of the two',
    create: (method, context, path) => attemptsInterceptor(method, context, path),
  },
  {
    name: 'attempt span',
    why: 'next to what makes the attempts: one for each, and it hears why it was made and what the pool says of it',
    create: (_method, { tracing }, path) => tracing?.attempt(path),
  },
  {
    name: 'attempt metrics',
    why: 'inside of what makes the attempts, so that each is measured; outside of its timeout, which is one way to end',
    create: (_method, { metrics }, path) => metrics?.attemptInterceptor(path),
  },
  {
    name: 'samples of the limits',
    why: 'inside of what makes the attempts: each tells of the callee, and the time between them tells nothing',
    create: (method, context, path) => limitSamplesInterceptor(method, context, path),
  },
  {
    name: 'attempt timeout',
    why: 'inside of what makes the attempts, so that each gets its own; a deadline, so that its server knows of it too',
    create: (method, { clock }) => attemptTimeoutInterceptor(method, clock),
  },
];

/**
 * The interceptors of one method, outermost first.
 * @param path the method, `/package.Service/Method`: what belongs to one method (a breaker, a bulkhead) is kept by it. All
 * that is asked for without a path share theirs.
 */
export function interceptorsFor(method: MethodConfig, context: PolicyContext, path = ''): readonly grpc.Interceptor[] {
  return POLICY_ORDER.flatMap((policy) => policy.create(method, context, path) ?? []);
}

function messageLimits({
  maxRequestMessageBytes,
  maxResponseMessageBytes,
}: MethodConfig): grpc.Interceptor | undefined {
  if (maxRequestMessageBytes === undefined && maxResponseMessageBytes === undefined) return undefined;
  return messageLimitsInterceptor({ maxRequestMessageBytes, maxResponseMessageBytes });
}

function methodBulkheadInterceptor(
  { bulkhead: fixed, concurrencyLimit }: MethodConfig,
  { bulkheads, concurrencyLimits, clock, retry: { waits } }: PolicyContext,
  path: string,
): grpc.Interceptor | undefined {
  if (concurrencyLimit === undefined) {
    if (fixed === undefined) return undefined;
    return bulkheadInterceptor({ bulkhead: bulkheads.of(path, fixed), priority: fixed.priority, clock, waits });
  }
  if (fixed !== undefined)
    throw new InvalidOptionError('concurrencyLimit', concurrencyLimit, 'not set beside bulkhead');
  return bulkheadInterceptor({ bulkhead: concurrencyLimits.of(path, concurrencyLimit), priority: 0, clock, waits });
}

function limitSamplesInterceptor(
  { concurrencyLimit }: MethodConfig,
  { concurrencyLimits, channelWide, clock, stalls }: PolicyContext,
  path: string,
): grpc.Interceptor | undefined {
  const own = concurrencyLimit && concurrencyLimits.of(path, concurrencyLimit);
  const limits = [own, channelWide.limit].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : samplingInterceptor(limits, clock, stalls);
}

function attemptsInterceptor(
  method: MethodConfig,
  { retry: shared, hedging }: PolicyContext,
  path: string,
): grpc.Interceptor {
  const { retryPolicy, hedgingPolicy } = method;
  if (hedgingPolicy === undefined) return retryInterceptor(methodRetry(retryPolicy, shared));
  if (retryPolicy === undefined) {
    return hedgingInterceptor(methodHedging(hedgingPolicy, hedging.of(path, hedgingPolicy, method), shared));
  }
  throw new InvalidOptionError('hedgingPolicy', hedgingPolicy, 'not set beside retryPolicy');
}

function attemptTimeoutInterceptor(
  { perAttemptTimeoutMs, timeoutMs = Infinity }: MethodConfig,
  clock: Clock,
): grpc.Interceptor | undefined {
  if (perAttemptTimeoutMs === undefined) return undefined;
  if (perAttemptTimeoutMs <= timeoutMs) return deadlineInterceptor(perAttemptTimeoutMs, clock);
  throw new InvalidOptionError('perAttemptTimeoutMs', perAttemptTimeoutMs, `at most timeoutMs, which is ${timeoutMs}`);
}

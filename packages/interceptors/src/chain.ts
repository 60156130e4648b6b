import { InvalidOptionError, type Clock, type MethodConfig } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { bulkheadInterceptor } from './bulkhead/bulkhead-interceptor.js';
import type { Bulkheads } from './bulkhead/bulkheads.js';
import { circuitBreakerInterceptor } from './circuit-breaker/circuit-breaker-interceptor.js';
import type { MethodBreakers } from './circuit-breaker/method-breakers.js';
import { deadlineInterceptor } from './deadline/deadline-interceptor.js';
import { hedgingInterceptor } from './hedging/hedging-interceptor.js';
import { methodHedging } from './hedging/method-hedging.js';
import { methodRetry, type RetryShared } from './retry/method-retry.js';
import { retryInterceptor } from './retry/retry-interceptor.js';
import type { ChannelMetrics } from './telemetry/metrics/channel-metrics.js';
import { waitForReadyInterceptor } from './wait-for-ready/wait-for-ready-interceptor.js';

/** What the policies of one channel share. */
export interface PolicyContext {
  readonly clock: Clock;
  readonly retry: RetryShared;
  readonly breakers: MethodBreakers;
  readonly bulkheads: Bulkheads;
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
    name: 'call metrics',
    why: 'outside of all that waits, refuses or repeats: what is measured is what the application sees',
    create: (_, { metrics }, path) => metrics?.callInterceptor(path),
  },
  {
    name: 'deadline',
    why: 'outside of all that waits or repeats: one deadline covers queueing, every attempt and the time between them',
    create: ({ timeoutMs }, { clock }) => (timeoutMs === undefined ? undefined : deadlineInterceptor(timeoutMs, clock)),
  },
  {
    name: 'bulkhead',
    why: 'inside of the deadline, which bounds the wait; outside of the breaker, so that a refused call is no failure of it, and of retry, so that a call keeps one slot for all of its attempts',
    create: ({ bulkhead }, { bulkheads, clock, retry: { waits } }, path) =>
      bulkhead &&
      bulkheadInterceptor({ bulkhead: bulkheads.of(path, bulkhead), priority: bulkhead.priority, clock, waits }),
  },
  {
    name: 'circuit-breaker',
    why: 'outside of retry: it judges a call by its end, after all attempts, and while it is open none is made; inside of the bulkhead, so that what waits there is judged when its turn comes',
    create: ({ circuitBreaker }, { breakers, clock }, path) =>
      circuitBreaker && circuitBreakerInterceptor(breakers.of(path, circuitBreaker), clock),
  },
  {
    name: 'wait-for-ready',
    why: 'outside of what makes the attempts, so that every attempt waits in the same way',
    create: ({ waitForReady }) => (waitForReady === undefined ? undefined : waitForReadyInterceptor(waitForReady)),
  },
  {
    name: 'hedging or retry',
    why: 'next to the pool: each attempt is a pick of its own, and what stands outside sees one call; a method has one of the two',
    create: (method, { retry }) => attemptsInterceptor(method, retry),
  },
  {
    name: 'attempt metrics',
    why: 'inside of what makes the attempts, so that each is measured; outside of its timeout, which is one way to end',
    create: (_, { metrics }, path) => metrics?.attemptInterceptor(path),
  },
  {
    name: 'attempt timeout',
    why: 'inside of what makes the attempts, so that each gets its own; a deadline, so that its server knows of it too',
    create: ({ perAttemptTimeoutMs: timeoutMs }, { clock }) =>
      timeoutMs === undefined ? undefined : deadlineInterceptor(timeoutMs, clock),
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

function attemptsInterceptor(method: MethodConfig, shared: RetryShared): grpc.Interceptor {
  const { retryPolicy, hedgingPolicy, measuredDelay } = method;
  if (hedgingPolicy === undefined) return retryInterceptor(methodRetry(retryPolicy, shared));
  if (retryPolicy === undefined) return hedgingInterceptor(methodHedging(hedgingPolicy, measuredDelay, shared));
  throw new InvalidOptionError('hedgingPolicy', hedgingPolicy, 'not set beside retryPolicy');
}

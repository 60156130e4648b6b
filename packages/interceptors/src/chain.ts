import { InvalidOptionError, type Clock, type MethodConfig } from '@fairlead/core';
import type * as grpc from '@grpc/grpc-js';
import { deadlineInterceptor } from './deadline/deadline-interceptor.js';
import { hedgingInterceptor } from './hedging/hedging-interceptor.js';
import { methodHedging } from './hedging/method-hedging.js';
import { methodRetry, type RetryShared } from './retry/method-retry.js';
import { retryInterceptor } from './retry/retry-interceptor.js';
import { waitForReadyInterceptor } from './wait-for-ready/wait-for-ready-interceptor.js';

/** What the policies of one channel share. */
export interface PolicyContext {
  readonly clock: Clock;
  readonly retry: RetryShared;
  /** Ends what waits for another attempt. Whoever closes the channel calls it first. Idempotent. */
  close(): void;
}

/** One policy: where it stands in the chain and why, and how it is made for a method. */
export interface PolicyPosition {
  readonly name: string;
  /** Why it stands between its neighbours. */
  readonly why: string;
  /** The interceptor for a method, or undefined when the policy has nothing to do for it: then it is not in its chain. */
  create(method: MethodConfig, context: PolicyContext): grpc.Interceptor | undefined;
}

/**
 * The order of the policies, outermost first. This list is the only place that knows it; a new policy is one more entry.
 */
export const POLICY_ORDER: readonly PolicyPosition[] = [
  {
    name: 'deadline',
    why: 'outside of all that waits or repeats: one deadline covers queueing, every attempt and the time between them',
    create: ({ timeoutMs }, { clock }) => (timeoutMs === undefined ? undefined : deadlineInterceptor(timeoutMs, clock)),
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
    name: 'attempt timeout',
    why: 'inside of what makes the attempts, so that each gets its own; a deadline, so that its server knows of it too',
    create: ({ perAttemptTimeoutMs: timeoutMs }, { clock }) =>
      timeoutMs === undefined ? undefined : deadlineInterceptor(timeoutMs, clock),
  },
];

/** The interceptors of one method, outermost first. */
export function interceptorsFor(method: MethodConfig, context: PolicyContext): readonly grpc.Interceptor[] {
  return POLICY_ORDER.flatMap((policy) => policy.create(method, context) ?? []);
}

function attemptsInterceptor(method: MethodConfig, shared: RetryShared): grpc.Interceptor {
  const { retryPolicy, hedgingPolicy, measuredDelay } = method;
  if (hedgingPolicy === undefined) return retryInterceptor(methodRetry(retryPolicy, shared));
  if (retryPolicy === undefined) return hedgingInterceptor(methodHedging(hedgingPolicy, measuredDelay, shared));
  throw new InvalidOptionError('hedgingPolicy', hedgingPolicy, 'not set beside retryPolicy');
}

import { resolveConcurrencyLimit, type MethodConfig } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { POLICY } from '../test/retry-fixture.js';
import { interceptorsFor, POLICY_ORDER } from './chain.js';
import { createPolicyContext } from './policy-context.js';

test('the order of the policies is data, each position with its reason', () => {
  expect(POLICY_ORDER.map(({ name }) => name)).toEqual([
    'call span',
    'call metrics',
    'incoming call',
    'deadline',
    'message limits',
    'client throttling',
    'client throttling of the method',
    'bulkhead or concurrency limit',
    'limit of the target',
    'circuit-breaker',
    'wait-for-ready',
    'hedging or retry',
    'attempt span',
    'attempt metrics',
    'samples of the limits',
    'attempt timeout',
  ]);
  expect(POLICY_ORDER.every(({ why }) => why.length > 0)).toBe(true);
});

test('a policy that has nothing to do for a method is not in its chain', () => {
  const context = createPolicyContext({ tracing: false });
  expect(interceptorsFor({}, context)).toHaveLength(2);
  expect(interceptorsFor({ retryPolicy: POLICY }, context)).toHaveLength(2);
  expect(interceptorsFor({ timeoutMs: 1 }, context)).toHaveLength(3);
  expect(interceptorsFor({ perAttemptTimeoutMs: 1 }, context)).toHaveLength(3);
  expect(interceptorsFor({ maxRequestMessageBytes: 0 }, context)).toHaveLength(3);
  expect(interceptorsFor({ maxRequestMessageBytes: 0, maxResponseMessageBytes: 0 }, context)).toHaveLength(3);
  expect(interceptorsFor({ timeoutMs: 0, waitForReady: false, retryPolicy: POLICY }, context)).toHaveLength(4);
});

const hedgingPolicy = { maxAttempts: 2, nonFatalStatusCodes: new Set<number>() };
const bulkhead = { maxConcurrent: 1, maxQueue: 0, priority: 0 };
const concurrencyLimit = resolveConcurrencyLimit({}, '');

test.each<[MethodConfig, RegExp]>([
  [{ retryPolicy: POLICY, hedgingPolicy }, /^hedgingPolicy: .* \(expected: not set beside retryPolicy\)$/],
  [{ bulkhead, concurrencyLimit }, /^concurrencyLimit: .* \(expected: not set beside bulkhead\)$/],
  [{ timeoutMs: 5, perAttemptTimeoutMs: 6 }, /^perAttemptTimeoutMs: 6 \(expected: at most timeoutMs, which is 5\)$/],
])('policies that contradict each other are refused, and both are named: %j', (method, message) => {
  expect(() => interceptorsFor(method, createPolicyContext())).toThrow(message);
});

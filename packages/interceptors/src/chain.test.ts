import { expect, test } from '@jest/globals';
import { POLICY } from '../test/retry-fixture.js';
import { interceptorsFor, POLICY_ORDER } from './chain.js';
import { createPolicyContext } from './policy-context.js';

test('the order of the policies is data, each position with its reason', () => {
  expect(POLICY_ORDER.map(({ name }) => name)).toEqual([
    'call metrics',
    'deadline',
    'bulkhead',
    'circuit-breaker',
    'wait-for-ready',
    'hedging or retry',
    'attempt metrics',
    'attempt timeout',
  ]);
  expect(POLICY_ORDER.every(({ why }) => why.length > 0)).toBe(true);
});

test('a policy that has nothing to do for a method is not in its chain', () => {
  const context = createPolicyContext();
  expect(interceptorsFor({}, context)).toHaveLength(1);
  expect(interceptorsFor({ retryPolicy: POLICY }, context)).toHaveLength(1);
  expect(interceptorsFor({ timeoutMs: 1 }, context)).toHaveLength(2);
  expect(interceptorsFor({ perAttemptTimeoutMs: 1 }, context)).toHaveLength(2);
  expect(interceptorsFor({ timeoutMs: 0, waitForReady: false, retryPolicy: POLICY }, context)).toHaveLength(3);
});

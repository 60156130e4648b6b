import { InvalidOptionError, roundRobinPolicy } from '@fairlead/core';
import { expect, test } from '@jest/globals';
import { validateServiceConfig } from './validate-service-config.js';

test('a config without a flaw', () => {
  const json = {
    $schema: 'x',
    methodConfig: [{ name: [{}], timeout: '1s' }],
    loadBalancingConfig: [{ round_robin: {} }],
  };
  const before = JSON.stringify(json);
  expect(validateServiceConfig(json)).toEqual({ valid: true, errors: [], warnings: [] });
  expect(JSON.stringify(json)).toBe(before);
});

test('all errors, each with its path, in one report', () => {
  const entry = { name: [{}] };
  const retryPolicy = { maxAttempts: 1, initialBackoff: '0s', maxBackoff: '1s', backoffMultiplier: 0 };
  const { valid, errors, warnings } = validateServiceConfig({
    unknown: 5,
    loadBalancingConfig: [{ peak_ewma: { decayTime: 5, failurePenalty: 'x' } }],
    methodConfig: [{}, entry, { ...entry, timeout: '-1s', waitForReady: 1, maxRequestMessageBytes: -1, retryPolicy }],
    retryThrottling: { maxTokens: 0 },
    connectionScaling: [],
    healthCheckConfig: { serviceName: 5 },
    fairlead: { retryBudget: { ratio: -1 } },
  });
  expect([valid, warnings]).toEqual([false, []]);
  expect(errors.map((error) => error.split(/: | and /)[0]).sort()).toEqual(
    [
      'loadBalancingConfig[0].peak_ewma.decayTime',
      'loadBalancingConfig[0].peak_ewma.failurePenalty',
      'methodConfig[2].timeout',
      'methodConfig[2].waitForReady',
      'methodConfig[2].maxRequestMessageBytes',
      'methodConfig[2].name[0]',
      'methodConfig[2].retryPolicy.maxAttempts',
      'methodConfig[2].retryPolicy.initialBackoff',
      'methodConfig[2].retryPolicy.backoffMultiplier',
      'methodConfig[2].retryPolicy.retryableStatusCodes',
      'retryThrottling.maxTokens',
      'retryThrottling.tokenRatio',
      'connectionScaling',
      'healthCheckConfig.serviceName',
      'fairlead.retryBudget',
      'fairlead.retryBudget.ratio',
    ].sort(),
  );
  expect(errors).toContain(
    'methodConfig[2].retryPolicy.maxAttempts: 1 (expected: an integer, at least 2, that counts the first attempt)',
  );
});

test('what has no effect is a warning', () => {
  expect(
    validateServiceConfig({
      loadBalancingConfig: [{ mine: {} }, { pick_first: { shuffle: true } }],
      methodConfig: [{ timeout: '1s' }, { name: [{}], maxResponseMessageBytes: 4_194_305 }],
      connectionScaling: { maxConnectionsPerSubchannel: 2 },
    }),
  ).toEqual({
    valid: true,
    errors: [],
    warnings: [
      'loadBalancingConfig[0].mine: policy not supported by this version of Fairlead, passed over',
      'loadBalancingConfig[1].pick_first.shuffle: unknown field, ignored',
      'methodConfig[0]: has no name, so it applies to no method',
      'methodConfig[1].maxResponseMessageBytes: 4194305 counts as 4194304: grpc.max_receive_message_length of the channel is 4194304',
      'connectionScaling.maxConnectionsPerSubchannel: 2 counts as 1: each pod has one connection',
    ],
  });
});

test("an application's own policies are known when they are given", () => {
  const json = { loadBalancingConfig: [{ mine: {} }] };
  expect(validateServiceConfig(json).valid).toBe(false);
  const mine = { ...roundRobinPolicy, names: ['mine'] };
  expect(validateServiceConfig(json, { balancingPolicies: [mine] }).valid).toBe(true);
  expect(() => validateServiceConfig(json, { balancingPolicies: [{}] as never })).toThrow(InvalidOptionError);
});

test.each([undefined, null, 5, '{}', [], true])('%j is no config', (json) => {
  expect(validateServiceConfig(json)).toMatchObject({
    valid: false,
    errors: [expect.stringMatching(/^service config: /)],
  });
});

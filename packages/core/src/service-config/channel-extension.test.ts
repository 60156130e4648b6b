import { describe, expect, test } from '@jest/globals';
import { InvalidServiceConfigError } from '../errors/invalid-service-config-error.js';
import { resolveConcurrencyLimit } from '../limit/concurrency-limit-options.js';
import { builtInPolicies } from '../policies/built-in-policies.js';
import { resolveRetryBudget } from '../retry/token-bucket-budget.js';
import { resolveClientThrottling } from '../throttling/client-throttle.js';
import { parseServiceConfig } from './parse-service-config.js';

const parse = (config: object) => parseServiceConfig(config, { policies: builtInPolicies });

function problemsOf(config: object): readonly string[] {
  try {
    parse(config);
  } catch (error) {
    if (error instanceof InvalidServiceConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the fairlead key of a service config', () => {
  test('absent, null or empty it says nothing', () => {
    for (const config of [{}, { fairlead: null }, { fairlead: {} }, { fairlead: { retryBudget: null } }]) {
      expect(parse(config).config.channel).toEqual({});
    }
  });

  test('has the defaults of the options of the same names', () => {
    const fairlead = { concurrencyLimit: {}, retryBudget: {}, clientThrottling: {}, deadlineMargin: '0s' };
    expect(parse({ fairlead }).config.channel).toEqual({
      concurrencyLimit: resolveConcurrencyLimit({}, ''),
      retryBudget: resolveRetryBudget({}, ''),
      clientThrottling: resolveClientThrottling({}, ''),
      deadlineMarginMs: 0,
    });
  });

  test('reads durations as a service config has them', () => {
    const fairlead = {
      retryBudget: { ratio: 0.1, minPerSecond: 1, ttl: '5s' },
      clientThrottling: { multiplier: 1.5, window: '30s' },
      deadlineMargin: '0.02s',
    };
    expect(parse({ fairlead }).config.channel).toEqual({
      retryBudget: { ratio: 0.1, minPerSecond: 1, ttlMs: 5_000 },
      clientThrottling: { multiplier: 1.5, windowMs: 30_000 },
      deadlineMarginMs: 20,
    });
  });

  test('unknown fields are warnings that name the nearest', () => {
    expect(parse({ fairlead: { retryBudgets: {}, clientThrottling: { windowMs: 5 } } }).warnings).toEqual([
      'fairlead.retryBudgets: unknown field, ignored (did you mean retryBudget?)',
      'fairlead.clientThrottling.windowMs: unknown field, ignored (did you mean window?)',
    ]);
  });

  test('all problems are told at once, by their paths', () => {
    const retryBudget = { ratio: -1, minPerSecond: 1e7, ttl: '0.5s' };
    const fairlead = { retryBudget, clientThrottling: { multiplier: 0.5, window: '1' }, deadlineMargin: '-1s' };
    expect(problemsOf({ fairlead })).toEqual([
      'fairlead.retryBudget.ttl: "0.5s" (expected: a duration, 1s to 60s)',
      'fairlead.retryBudget.ratio: -1 (expected: a number, 0 to 1000)',
      'fairlead.retryBudget.minPerSecond: 10000000 (expected: a number, 0 to 1000000)',
      'fairlead.clientThrottling.multiplier: 0.5 (expected: a number, 1 to 100)',
      expect.stringContaining('fairlead.clientThrottling.window: "1"'),
      'fairlead.deadlineMargin: "-1s" (expected: a duration that is not negative)',
    ]);
    expect(problemsOf({ fairlead: 5 })).toEqual(['fairlead: 5 (expected: an object)']);
  });

  test('two limits of retries exclude each other', () => {
    const retryThrottling = { maxTokens: 10, tokenRatio: 0.1 };
    expect(problemsOf({ retryThrottling, fairlead: { retryBudget: {} } })).toEqual([
      'fairlead.retryBudget and retryThrottling exclude each other',
    ]);
  });
});

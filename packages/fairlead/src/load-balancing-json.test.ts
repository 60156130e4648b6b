import { expect, test } from '@jest/globals';
import { builtInPolicies } from '@fairlead/core';
import type { LoadBalancingConfigJson } from './load-balancing-json.js';

/** The names that the type knows, without its door for policies of one's own. */
type Named<T> = keyof { [K in keyof T as string extends K ? never : number extends K ? never : K]: true };

const TYPED: Readonly<Record<Named<LoadBalancingConfigJson>, true>> = {
  peak_ewma: true,
  least_request: true,
  least_request_experimental: true,
  round_robin: true,
  weighted_round_robin: true,
  weighted_round_robin_experimental: true,
  pick_first: true,
  priority: true,
  priority_experimental: true,
  zone_preference: true,
  outlier_detection: true,
  outlier_detection_experimental: true,
  failure_accrual: true,
  ring_hash: true,
  ring_hash_experimental: true,
  random_subsetting: true,
  random_subsetting_experimental: true,
  deterministic_aperture: true,
};

test('the type of a config knows all names of all policies', () => {
  expect(Object.keys(TYPED).sort()).toEqual(builtInPolicies.flatMap(({ names }) => names).sort());
});

test('a mistake under an alias is one for the compiler', () => {
  const configs: readonly LoadBalancingConfigJson[] = [
    // @ts-expect-error a number
    { least_request_experimental: { choiceCount: '3' } },
    // @ts-expect-error a duration with its unit
    { weighted_round_robin_experimental: { blackoutPeriod: 10 } },
  ];
  expect(configs).toHaveLength(2);
});

import { describe, expect, test } from '@jest/globals';
import { judgeScenario } from '../../test/support/judge-scenario.js';
import { SIMULATED_POLICIES, type LoadBalancingConfig, type SimulatedPolicy } from '../policies.js';
import type { RunResult } from '../report/run-result.js';
import { runScenario } from '../run-scenario.js';
import { manyClients } from './many-clients.js';
import { FULL, QUICK } from './scale.js';

judgeScenario(manyClients);

/** This policy within the aperture of each client, whose width is the scenario's. */
function apertureOver(child: SimulatedPolicy): SimulatedPolicy {
  return {
    ...child,
    config: (place) => {
      const instance = { instanceId: place.index, totalInstances: place.count };
      return [{ deterministic_aperture: { ...instance, childPolicy: child.config(place) } }];
    },
  };
}

describe('many clients, each with its own part of the pods', () => {
  test.each(SIMULATED_POLICIES.map(({ name, config }) => [name, config] as const))(
    '%s is within a subset of the size of the fleet',
    (_name, config) => {
      const wrapped = manyClients.wrap!(config({ index: 0, count: 100, zone: 'a' }), FULL);
      expect(subsetOf(wrapped)).toBe(20);
    },
  );

  test.each(SIMULATED_POLICIES.map((policy) => [policy.name, policy] as const))(
    'deterministic_aperture over %s',
    (_name, policy) => {
      const run = runScenario({ scenario: manyClients, policy: apertureOver(policy), seed: 1, scale: QUICK });
      // pick_first makes one pod of each aperture do all the work.
      expect(run.okRatio()).toBeGreaterThanOrEqual(policy.name === 'pick_first' ? 0.9 : 0.999);
    },
  );

  // A third of the time is enough to see who gets calls at all: 12 for each pod in the mean.
  test('100 clients and 1 000 pods: subsets drawn at random leave an eighth of the pods idle, apertures none', () => {
    const [subsetting, aperture] = ['random_subsetting', 'deterministic_aperture'].map((name) => {
      const policy = SIMULATED_POLICIES.find((each) => each.name === name)!;
      return runScenario({ scenario: manyClients, policy, seed: 1, scale: { ...FULL, durationMs: 10_000 } });
    });
    for (const run of [subsetting!, aperture!]) {
      expect(run.pods).toHaveLength(1_000);
      expect(run.okRatio()).toBe(1);
    }
    // In none of 100 subsets of 20: 0.98 ** 100 of 1 000 pods, 133 ± 5 σ of 11; and those few that no call has come to.
    expect(idlePods(subsetting!)).toBeGreaterThan(133 - 55);
    expect(idlePods(subsetting!)).toBeLessThan(133 + 55);
    expect(idlePods(aperture!)).toBeLessThanOrEqual(5);
  });
});

function subsetOf(config: LoadBalancingConfig): unknown {
  const { random_subsetting: random, deterministic_aperture: aperture } = config[0] as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
  return random?.['subsetSize'] ?? aperture?.['minAperture'];
}

function idlePods(run: RunResult): number {
  return [...run.attemptsByPod().values()].filter((attempts) => attempts === 0).length;
}

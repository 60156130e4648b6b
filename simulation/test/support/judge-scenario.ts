import { describe, expect, test } from '@jest/globals';
import { SIMULATED_POLICIES, type SimulatedPolicy } from '../../src/policies.js';
import type { RunResult } from '../../src/report/run-result.js';
import { runScenario } from '../../src/run-scenario.js';
import { QUICK } from '../../src/scenarios/scale.js';
import { expects, type Expectation, type Scenario } from '../../src/scenarios/scenario.js';

/** `npm run test:thorough` has all of them, `npm test` the first ones. */
const SEEDS = Array.from({ length: process.env['THOROUGH'] === undefined ? 6 : 20 }, (_, index) => index + 1);

/**
 * Every policy in this scenario, with every seed: no invariant is broken on any step, and the scenario's expectations hold
 * in the mean of the seeds. A failure names the seed and the command that shows it again.
 */
export function judgeScenario(scenario: Scenario): void {
  describe(`${scenario.name}: ${scenario.judges}`, () => {
    test.each(SIMULATED_POLICIES.map((policy) => [policy.name, policy] as const))('%s', (_name, policy) => {
      const figures = new Map<Expectation, number[]>();
      for (const seed of SEEDS) {
        const result = runSeed(scenario, policy, seed);
        for (const each of scenario.expectations.filter((one) => expects(one, policy.name))) {
          figures.set(each, [...(figures.get(each) ?? []), each.of(result)]);
        }
      }
      for (const [expectation, values] of figures) check(scenario, policy, expectation, values);
    });
  });
}

function runSeed(scenario: Scenario, policy: SimulatedPolicy, seed: number): RunResult {
  try {
    return runScenario({ scenario, policy, seed, scale: QUICK });
  } catch (error) {
    if (error instanceof Error) error.message += `\nseed ${seed}: ${commandOf(scenario, policy, seed)}`;
    throw error;
  }
}

function check(scenario: Scenario, policy: SimulatedPolicy, expectation: Expectation, values: readonly number[]): void {
  const { figure, atMost = Infinity, atLeast = -Infinity } = expectation;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (mean <= atMost && mean >= atLeast) return;
  const worst = mean > atMost ? Math.max(...values) : Math.min(...values);
  const command = commandOf(scenario, policy, SEEDS[values.indexOf(worst)]!);
  const bounds = [atLeast > -Infinity ? `≥ ${atLeast}` : '', atMost < Infinity ? `≤ ${atMost}` : ''].join(' ').trim();
  expect(`${figure}: ${mean} in the mean, ${worst} at worst: ${command}`).toBe(`${figure}: ${bounds} in the mean`);
}

function commandOf(scenario: Scenario, policy: SimulatedPolicy, seed: number): string {
  return `npm run sim -- --policy ${policy.name} --scenario ${scenario.name} --seed ${seed} --scale quick`;
}

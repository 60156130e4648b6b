import type { NamedResult } from '../report/named-result.js';
import { SIMULATED_POLICIES } from '../policies.js';
import { runScenario } from '../run-scenario.js';
import { FULL } from '../scenarios/scale.js';
import type { Scenario } from '../scenarios/scenario.js';

/** The seed of the docs. The tests run others. */
export const DOCS_SEED = 1;

/** A scenario with what came out for each policy. */
export interface JudgedScenario {
  readonly scenario: Scenario;
  readonly results: readonly NamedResult[];
}

export function judge(scenario: Scenario): JudgedScenario {
  const results = SIMULATED_POLICIES.map((policy) => ({
    name: policy.name,
    result: runScenario({ scenario, policy, seed: DOCS_SEED, scale: FULL }),
  }));
  return { scenario, results };
}

import { describe, expect, test } from '@jest/globals';
import { SIMULATED_POLICIES, type SimulatedPolicy } from './policies.js';
import { tableCells } from './report/table.js';
import type { RunResult } from './report/run-result.js';
import { runScenario } from './run-scenario.js';
import { rollingUpdate } from './scenarios/rolling-update.js';
import { QUICK } from './scenarios/scale.js';
import { SCENARIOS } from './scenarios/all-scenarios.js';

function traceOf(policy: SimulatedPolicy, seed: number): string {
  const lines: string[] = [];
  runScenario({ scenario: rollingUpdate, policy, seed, scale: QUICK, trace: (line) => lines.push(line) });
  return lines.join('\n');
}

function run(policy: SimulatedPolicy, seed: number): RunResult {
  return runScenario({ scenario: rollingUpdate, policy, seed, scale: QUICK });
}

describe('runScenario', () => {
  test.each(SIMULATED_POLICIES.map((policy) => [policy.name, policy] as const))(
    '%s: the same seed gives the same trace, byte for byte, and another seed another one',
    (_name, policy) => {
      const trace = traceOf(policy, 7);
      expect(trace.length).toBeGreaterThan(100_000);
      expect(traceOf(policy, 7) === trace).toBe(true);
      expect(traceOf(policy, 8) === trace).toBe(false);
    },
  );

  test('writing the trace changes nothing', () => {
    const policy = SIMULATED_POLICIES[0]!;
    const traced = runScenario({ scenario: rollingUpdate, policy, seed: 7, scale: QUICK, trace: () => undefined });
    expect(tableCells(traced)).toEqual(tableCells(run(policy, 7)));
  });

  test('all policies meet the same calls at the same moments', () => {
    const arrivals = SIMULATED_POLICIES.map((policy) =>
      run(policy, 3)
        .calls.map(({ startedAt }) => startedAt)
        .sort((a, b) => a - b),
    );
    for (const each of arrivals) expect(each).toEqual(arrivals[0]);
  });

  test('scenarios and policies have names of their own, in the form that the command line takes', () => {
    for (const names of [SCENARIOS.map(({ name }) => name), SIMULATED_POLICIES.map(({ name }) => name)]) {
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^[a-z]+([-_/][a-z]+)*$/);
    }
  });
});

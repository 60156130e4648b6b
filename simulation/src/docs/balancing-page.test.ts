import { describe, expect, test } from '@jest/globals';
import { SIMULATED_POLICIES } from '../policies.js';
import { PUBLISHED } from '../published/all-published.js';
import { prequal2024 } from '../published/prequal-2024.js';
import { runScenario } from '../run-scenario.js';
import { QUICK } from '../scenarios/scale.js';
import { steady } from '../scenarios/steady.js';
import { balancingPage } from './balancing-page.js';
import type { JudgedScenario } from './judged-scenario.js';
import { lossesIn } from './losses.js';
import { scenarioEntry } from './scenario-entry.js';

function judged(): JudgedScenario {
  const results = SIMULATED_POLICIES.map((policy) => ({
    name: policy.name,
    result: runScenario({ scenario: steady, policy, seed: 1, scale: QUICK }),
  }));
  return { scenario: steady, results };
}

describe('the page', () => {
  test('says who loses, and in what', () => {
    const losses = lossesIn(judged());
    expect(losses).toContainEqual({
      policy: 'pick_first',
      scenario: 'steady',
      figure: expect.stringMatching(/^\d\d\.\d\d % answered \(best: 100\.00 %\)$/),
    });
    expect(losses.map(({ policy }) => policy)).not.toContain('round_robin');
  });

  test('has a row for each policy in each table, and the chart of each scenario', () => {
    const page = balancingPage(
      [scenarioEntry(judged())],
      [{ published: PUBLISHED[0]!, figures: new Map(), beside: new Map() }],
    );
    for (const { name } of SIMULATED_POLICIES) expect(page.split(`\n| \`${name}\` |`)).toHaveLength(4);
    expect(page).toContain('(balancing/steady.svg)');
    expect(page).toContain(PUBLISHED[0]!.source);
    expect(page).not.toContain('undefined');
  });

  test('shows the calls at the busiest server with their ratio to the mean, and says which one is judged', () => {
    const figures = new Map([['round_robin', 104]]);
    const page = balancingPage([], [{ published: prequal2024, figures, beside: new Map([['round_robin', 18.25]]) }]);
    expect(page).toContain('| 104 (18.3) |');
    expect(page).toContain(
      'calls in flight at the busiest server, p99 over time (in brackets: the same by the mean over all servers and the whole time; the tests hold the first one to its bound)',
    );
  });
});

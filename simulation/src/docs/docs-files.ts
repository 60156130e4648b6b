import { PUBLISHED } from '../published/all-published.js';
import { reproduce } from '../published/published-result.js';
import { SCENARIOS } from '../scenarios/all-scenarios.js';
import { balancingPage } from './balancing-page.js';
import { DOCS_SEED, judge } from './judged-scenario.js';
import { chartPath, scenarioEntry } from './scenario-entry.js';

/** The page and its charts, by their paths from `docs/`. Runs everything on the full scale. */
export function docsFiles(): ReadonlyMap<string, string> {
  const entries = SCENARIOS.map((scenario) => scenarioEntry(judge(scenario)));
  const reproduced = PUBLISHED.map((published) => ({ published, ...reproduce(published, DOCS_SEED) }));
  const charts = entries.map(({ name, chart }): [string, string] => [chartPath(name), chart]);
  return new Map([['balancing.md', balancingPage(entries, reproduced)], ...charts]);
}

import { chartOf } from '../report/chart.js';
import { TABLE_HEADS, tableCells } from '../report/table.js';
import { DOCS_SEED, type JudgedScenario } from './judged-scenario.js';
import { lossesIn, type Loss } from './losses.js';
import { markdownTable } from './markdown-table.js';

/** What the page says of one scenario. The results themselves are too much to keep for all of them. */
export interface ScenarioEntry {
  readonly name: string;
  readonly section: string;
  readonly losses: readonly Loss[];
  readonly chart: string;
}

/** Where the chart of a scenario is, from the page. */
export function chartPath(scenario: string): string {
  return `balancing/${scenario}.svg`;
}

export function scenarioEntry(judged: JudgedScenario): ScenarioEntry {
  const { name } = judged.scenario;
  const chart = chartOf(`${name}, seed ${DOCS_SEED}`, judged.results);
  return { name, section: sectionOf(judged), losses: lossesIn(judged), chart };
}

function sectionOf({ scenario, results }: JudgedScenario): string {
  const rows = results.map(({ name, result }) => [`\`${name}\``, ...tableCells(result)]);
  return `### ${scenario.name}

It judges ${scenario.judges}.

![Latencies and attempts per pod in ${scenario.name}](${chartPath(scenario.name)})

${markdownTable(['policy', ...TABLE_HEADS], rows, 'right')}`;
}

import { writeFileSync } from 'node:fs';
import { readArguments, USAGE, UsageError, type SimRuns } from './cli/sim-arguments.js';
import { SIMULATED_POLICIES } from './policies.js';
import { chartOf } from './report/chart.js';
import type { NamedResult } from './report/named-result.js';
import { formatTable, TABLE_HEADS, tableCells } from './report/table.js';
import { runScenario } from './run-scenario.js';
import { SCENARIOS } from './scenarios/all-scenarios.js';
import type { Scenario } from './scenarios/scenario.js';

function main(): void {
  const command = readArguments(process.argv.slice(2));
  if (command.kind === 'list') return list();
  if (command.kind === 'docs') throw new UsageError('--docs: not yet');
  command.scenarios.forEach((scenario, index) => {
    if (index > 0) process.stdout.write('\n');
    judge(scenario, command);
  });
}

function list(): void {
  const names = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => `  ${name}\n`).join('');
  const scenarios = SCENARIOS.map(({ name, judges }) => `  ${name.padEnd(24)} ${judges}\n`).join('');
  process.stdout.write(`policies\n${names(SIMULATED_POLICIES)}scenarios\n${scenarios}`);
}

function judge(scenario: Scenario, { policies, seed, scale, trace, svg }: SimRuns): void {
  const lines: string[] = [];
  const results = policies.map((policy): NamedResult => {
    const writeTrace = trace === undefined ? {} : { trace: (line: string): void => void lines.push(line) };
    return { name: policy.name, result: runScenario({ scenario, policy, seed, scale, ...writeTrace }) };
  });
  if (trace !== undefined) writeFileSync(trace, `${lines.join('\n')}\n`);
  if (svg !== undefined) writeFileSync(svg, chartOf(`${scenario.name}, seed ${seed}`, results));
  const rows = results.map(({ name, result }) => [name, ...tableCells(result)]);
  process.stdout.write(`${scenario.name}, seed ${seed}, ${scale.name}: ${scenario.judges}\n\n`);
  process.stdout.write(`${formatTable(['policy', ...TABLE_HEADS], rows)}\n`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

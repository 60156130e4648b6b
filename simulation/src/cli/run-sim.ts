import { join } from 'node:path';
import { docsFiles } from '../docs/docs-files.js';
import { SIMULATED_POLICIES } from '../policies.js';
import { chartOf } from '../report/chart.js';
import type { NamedResult } from '../report/named-result.js';
import { formatTable, TABLE_HEADS, tableCells } from '../report/table.js';
import { runScenario } from '../run-scenario.js';
import { SCENARIOS } from '../scenarios/all-scenarios.js';
import type { Scenario } from '../scenarios/scenario.js';
import { readArguments, USAGE, UsageError, type SimRuns } from './sim-arguments.js';

/** What the command line reads from and writes to. */
export interface SimTerminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly writeFile: (path: string, text: string) => void;
  /** Undefined when there is none. */
  readonly readFile: (path: string) => string | undefined;
}

const DOCS_FOLDER = 'docs';

/** `npm run sim`: does what the arguments say, and answers the exit code. */
export function runSim(args: readonly string[], terminal: SimTerminal): number {
  try {
    const command = readArguments(args);
    if (command.kind === 'docs') return command.check ? checkDocs(terminal) : writeDocs(terminal);
    if (command.kind === 'list') list(terminal);
    else runAll(command, terminal);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
}

function list({ out }: SimTerminal): void {
  const policies = SIMULATED_POLICIES.map(({ name }) => `  ${name}\n`).join('');
  const scenarios = SCENARIOS.map(({ name, judges }) => `  ${name.padEnd(24)} ${judges}\n`).join('');
  out(`policies\n${policies}scenarios\n${scenarios}`);
}

function runAll(runs: SimRuns, terminal: SimTerminal): void {
  runs.scenarios.forEach((scenario, index) => {
    if (index > 0) terminal.out('\n');
    judge(scenario, runs, terminal);
  });
}

function judge(scenario: Scenario, runs: SimRuns, terminal: SimTerminal): void {
  const { policies, seed, scale, trace, svg } = runs;
  const lines: string[] = [];
  const results = policies.map((policy): NamedResult => {
    const writeTrace = trace === undefined ? {} : { trace: (line: string): void => void lines.push(line) };
    return { name: policy.name, result: runScenario({ scenario, policy, seed, scale, ...writeTrace }) };
  });
  if (trace !== undefined) terminal.writeFile(trace, `${lines.join('\n')}\n`);
  if (svg !== undefined) terminal.writeFile(svg, chartOf(`${scenario.name}, seed ${seed}`, results));
  const rows = results.map(({ name, result }) => [name, ...tableCells(result)]);
  terminal.out(`${scenario.name}, seed ${seed}, ${scale.name}: ${scenario.judges}\n\n`);
  terminal.out(`${formatTable(['policy', ...TABLE_HEADS], rows)}\n`);
}

function writeDocs(terminal: SimTerminal): number {
  for (const [path, text] of docsFiles()) terminal.writeFile(join(DOCS_FOLDER, path), text);
  return 0;
}

/** 1 when a file is not there, or says something else than the simulation now. */
function checkDocs(terminal: SimTerminal): number {
  const files = [...docsFiles()].map(([path, text]) => [join(DOCS_FOLDER, path), text] as const);
  const outdated = files.filter(([path, text]) => terminal.readFile(path) !== text).map(([path]) => path);
  if (outdated.length === 0) return 0;
  terminal.error(`not what the simulation says now; npm run sim -- --docs writes it:\n${outdated.join('\n')}\n`);
  return 1;
}

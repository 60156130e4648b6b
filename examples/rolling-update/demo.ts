import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CLIENTS } from './clients.js';
import { LiveLine } from './live-line.js';
import { measure, type DemoResult } from './measure.js';
import { readOptions } from './option-values.js';
import { parseOptions, USAGE, type DemoOptions } from './options.js';
import { renderReport } from './report/report.js';
import { renderPicture } from './report/picture.js';
import { runScenario, type ScenarioRun } from './scenario.js';
import { renderTable } from './table.js';

/** Runs the clients one after the other and shows what happened to each. */
export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(() => parseOptions(args), USAGE);
  if (options === undefined) return;
  process.stderr.write(
    `Rolling update of 5 pods (mode ${options.mode}), ${options.rps} calls/s, seed ${options.seed}. ` +
      `About ${Math.ceil((options.clients.length * (3 * options.seconds + 16)) / 60)} min.\n`,
  );
  const runs: ScenarioRun[] = [];
  for (const client of options.clients) runs.push(await runOne(client, options));
  const results = runs.map((run) => measure(run, options.mode, options.seconds));
  process.stdout.write(
    `\n${renderTable(
      results,
      runs.map((run) => run.title),
    )}\n`,
  );
  await write(options, runs, results);
}

async function runOne(client: DemoOptions['clients'][number], options: DemoOptions): Promise<ScenarioRun> {
  const line = new LiveLine(CLIENTS[client].title);
  try {
    return await runScenario(client, options, (phase, load) => line.update(phase, load));
  } finally {
    line.stop();
  }
}

async function write(
  options: DemoOptions,
  runs: readonly ScenarioRun[],
  results: readonly DemoResult[],
): Promise<void> {
  const facts = { seed: options.seed, node: process.version, grpcJs: grpcJsVersion() };
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...facts, results }, null, 2)}\n`);
  if (options.svg) writeFileSync(options.svg, await renderPicture(runs, options.rps));
  writeFileSync(options.report, await renderReport(runs, results, { ...facts, ...options }));
  process.stdout.write(`\nReport with charts: ${options.report}\n`);
}

function grpcJsVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('@grpc/grpc-js/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

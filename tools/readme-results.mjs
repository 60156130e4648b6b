// Writes the results of a demo run into the README, between its markers, so that no figure in it was typed by hand:
//   npm run demo -- --seed 1 --json docs/rolling-update.json --svg docs/images/rolling-update.svg
//   node tools/readme-results.mjs
// A test of the tools holds the README against the JSON.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromRoot, readJson } from './workspace.mjs';

const BEGIN = '<!-- results of docs/rolling-update.json, written by tools/readme-results.mjs -->';
const END = '<!-- end of results -->';

const TITLES = {
  clusterip: 'grpc-js, one ClusterIP',
  'round-robin': 'grpc-js, `round_robin` over headless DNS',
  'round-robin-retry': 'the same with a `retryPolicy`',
  fairlead: '**Fairlead** over headless DNS',
};

const number = (value) => value.toLocaleString('en-US').replaceAll(',', ' ');
const ms = (value) => (value === null ? '–' : `${Math.round(value)} ms`);

/** @param {readonly (number | null)[]} times in ms, null for a pod that never got a call */
function foundAfter(times) {
  const called = times.filter((each) => each !== null);
  const never = times.length - called.length;
  if (called.length === 0) return 'never';
  const slowest = `${(Math.max(...called) / 1000).toFixed(1)} s`;
  return never === 0 ? slowest : `${slowest}, ${never} of ${times.length} never`;
}

/** @param {{ seed: number, node: string, grpcJs: string, results: readonly any[] }} run */
export function renderResults(run) {
  const rows = run.results.map((result) => {
    const failed =
      result.failed === 0 ? '0' : `${number(result.failed)} (${Math.round((100 * result.failed) / result.sent)} %)`;
    const down = result.failed === 0 ? 'none' : `${(result.longestFailingMs / 1000).toFixed(1)} s`;
    const found = foundAfter(result.firstCallOnAddedMs);
    const slow = `${ms(result.p99BeforeSlowPodMs)} → ${ms(result.p99SlowPodMs)}`;
    const cells = [TITLES[result.client], number(result.sent), failed, down, result.executedTwice, found, slow];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    BEGIN,
    '',
    '| client | calls | failed | failing for | executed twice | added pods were found after | p99 before → with a slow pod |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    `<sub>\`npm run demo -- --seed ${run.seed}\`, Node ${run.node}, grpc-js ${run.grpcJs}.</sub>`,
    '',
    END,
  ].join('\n');
}

/** The README with the results of the run in it. */
export function withResults(readme, run) {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`README.md: the markers of the results are missing: ${BEGIN} … ${END}`);
  return before + renderResults(run) + after;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fromRoot('README.md');
  writeFileSync(path, withResults(readFileSync(path, 'utf8'), readJson(fromRoot('docs/rolling-update.json'))));
}

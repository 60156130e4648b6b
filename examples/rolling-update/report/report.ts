import type { DemoResult } from '../measure.js';
import type { ScenarioRun } from '../scenario.js';
import { tableRows } from '../table.js';
import { COLORS, column, failuresChart, latencyChart, podsChart, toSvg } from './charts.js';
import { seriesOf } from './series.js';

/** How the run was made, for the foot of the report. */
export interface RunFacts {
  readonly seed: number;
  readonly node: string;
  readonly grpcJs: string;
  readonly mode: string;
  readonly rps: number;
  readonly seconds: number;
}

/** The whole report as one HTML file that needs nothing else. */
export async function renderReport(
  runs: readonly ScenarioRun[],
  results: readonly DemoResult[],
  facts: RunFacts,
): Promise<string> {
  const cards = await Promise.all(runs.map((run, index) => card(run, results[index], facts.rps)));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A rolling update, seen by ${runs.length} gRPC clients</title>
<style>${STYLE}</style>
<h1>A rolling update, seen by ${runs.length === 1 ? 'one gRPC client' : `${runs.length} gRPC clients`}</h1>
<p class="lead">Five pods under ${facts.rps} calls a second. They are updated from v1 to v2, five more are added, and one of the
ten becomes slow (5 → 200 ms). Dashed lines mark these moments.</p>
<p class="key">${key('v1', COLORS.v1)}${key('v2', COLORS.v2)}${key('added pods', COLORS.added)}${key('the pod that becomes slow', COLORS.slow)}${key('failed calls', COLORS.failure)}</p>
<main>${cards.join('\n')}</main>
${resultTable(runs, results)}
<footer>Mode ${facts.mode}, seed ${facts.seed}, Node ${facts.node}, grpc-js ${facts.grpcJs}, every call with a deadline of 1 s.
Made by <code>npm run demo -- --mode ${facts.mode} --rps ${facts.rps} --seconds ${facts.seconds} --seed ${facts.seed}</code>.</footer>
</html>
`;
}

async function card(run: ScenarioRun, result: DemoResult | undefined, rps: number): Promise<string> {
  const series = seriesOf(run);
  const svg = await toSvg(column('', [podsChart(series, rps), failuresChart(series, rps), latencyChart(series)]));
  const failed = result?.failed ?? 0;
  const verdict = failed === 0 ? 'no call failed' : `${failed} of ${result?.sent ?? 0} calls failed`;
  return `<section><h2>${escape(run.title)}</h2><p class="${failed === 0 ? 'good' : 'bad'}">${verdict}</p>${svg}</section>`;
}

function resultTable(runs: readonly ScenarioRun[], results: readonly DemoResult[]): string {
  const head = ['', ...runs.map((run) => run.title)].map((text) => `<th>${escape(text)}</th>`).join('');
  const rows = tableRows(results).map(
    (cells) => `<tr>${cells.map((text) => `<td>${escape(text)}</td>`).join('')}</tr>`,
  );
  return `<table><tr>${head}</tr>${rows.join('')}</table>`;
}

function key(text: string, color: string): string {
  return `<span><i style="background:${color}"></i>${text}</span>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const STYLE = `
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: #1d2733; background: #f6f7f9; margin: 2.5rem auto; max-width: 1520px; padding: 0 1.5rem }
h1 { font-size: 1.8rem; margin: 0 0 .4rem } h2 { font-size: 1.05rem; margin: 0 }
.lead { max-width: 46rem; color: #4a5563; margin: 0 0 .8rem }
.key span { margin-right: 1.2rem; white-space: nowrap } .key i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(350px, 1fr)); gap: 1rem }
section { background: white; border-radius: 10px; padding: 1rem 1rem .4rem; box-shadow: 0 1px 3px #0000001a }
section svg { max-width: 100%; height: auto; display: block }
section p { margin: 0 0 .3rem; font-weight: 600 } .good { color: #2a9d8f } .bad { color: #d62828 }
table { border-collapse: collapse; background: white; margin: 1.4rem 0; border-radius: 10px; box-shadow: 0 1px 3px #0000001a; width: 100% }
th, td { text-align: left; padding: .45rem .9rem; border-bottom: 1px solid #eef0f3; font-variant-numeric: tabular-nums } th { font-weight: 600 }
td:first-child { color: #4a5563 } footer { color: #6b7684; font-size: .85rem; margin: 1rem 0 }`;

import type { ScenarioRun } from '../scenario.js';
import { column, failuresChart, podsChart, toSvg } from './charts.js';
import { seriesOf } from './series.js';

/** The picture of the README: for each client, who answered and what failed. White behind it, for dark pages. */
export function renderPicture(runs: readonly ScenarioRun[], rps: number): Promise<string> {
  const columns = runs.map((run) => {
    const series = seriesOf(run);
    return column(run.title, [podsChart(series, rps), failuresChart(series, rps)]);
  });
  return toSvg({ hconcat: columns, spacing: 40, background: 'white', padding: 16 });
}

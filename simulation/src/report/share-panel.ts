import type { NamedResult } from './named-result.js';
import type { RunResult } from './run-result.js';
import { svg, svgLine, svgText } from './svg.js';

/** Points of each line. */
const BUCKETS = 30;
/** More pods than these are too many to tell apart: their lines are thin and grey. */
const COLORS = [
  '#d94801',
  '#1f77b4',
  '#2ca02c',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#17becf',
  '#bcbd22',
  '#7f7f7f',
  '#393b79',
  '#637939',
  '#843c39',
];
const TITLE = 16;
/** So many lines say as much as a thousand. */
const MOST_LINES = 24;

/** Attempts per second of each pod over the time of the run, one line for each; all panels have the same scale. */
export function sharePanel({ name, result }: NamedResult, width: number, height: number, most: number): string {
  const lines = callsPerSecond(result).slice(0, MOST_LINES);
  const x = (bucket: number): number => (bucket / (BUCKETS - 1)) * width;
  const y = (rate: number): number => Math.round(height - (Math.min(rate, most) / most) * (height - TITLE));
  return [
    svg('rect', { x: 0, y: TITLE, width, height: height - TITLE, fill: '#fafafa', stroke: '#dddddd' }),
    svgText(name, 2, TITLE - 5),
    ...lines.map((rates, index) =>
      svgLine(
        rates.map((rate, bucket) => [x(bucket), y(rate)]),
        lines.length > COLORS.length
          ? { stroke: '#555555', 'stroke-width': 0.4 }
          : { stroke: COLORS[index]!, 'stroke-width': 1.2 },
      ),
    ),
  ].join('');
}

/** The top of the scale for these results: twice the rate of a fair share leaves the usual lines in the middle. */
export function highestRate(results: readonly NamedResult[]): number {
  const fair = results.map(({ result }) => {
    const seconds = result.durationMs / 1_000;
    // Where none was there all the time, all were replaced once.
    const pods = result.pods.filter(({ lasted }) => lasted).length || result.pods.length / 2;
    return result.calls.length / seconds / pods;
  });
  return 2.5 * Math.max(...fair);
}

function callsPerSecond(result: RunResult): readonly (readonly number[])[] {
  const bucketMs = result.durationMs / BUCKETS;
  const byPod = new Map(result.pods.map(({ id }) => [id, new Array<number>(BUCKETS).fill(0)]));
  for (const { at, podId } of result.picks) {
    const bucket = Math.floor(at / bucketMs);
    if (bucket < BUCKETS) byPod.get(podId)![bucket]! += 1_000 / bucketMs;
  }
  return [...byPod.values()];
}

import type { NamedResult } from './named-result.js';
import { svg, svgLine, svgText } from './svg.js';

const QUANTILES = [
  { quantile: 0.5, label: 'p50', color: '#9ecae1' },
  { quantile: 0.95, label: 'p95', color: '#4292c6' },
  { quantile: 0.99, label: 'p99', color: '#08519c' },
  { quantile: 0.999, label: 'p99.9', color: '#d94801' },
] as const;
const LABEL_WIDTH = 170;
const ROW_HEIGHT = 18;
const TOP = 46;
const GRID_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/** How high the panel for so many policies is. */
export function percentilePanelHeight(policies: number): number {
  return TOP + policies * ROW_HEIGHT + 10;
}

/** One row for each policy: its latencies as dots on a logarithmic axis. */
export function percentilePanel(results: readonly NamedResult[], width: number): string {
  const values = results.flatMap(({ result }) => QUANTILES.map(({ quantile }) => result.latencyMs(quantile)));
  const from = Math.min(...values) / 1.3;
  const to = Math.max(...values) * 1.3;
  const x = (ms: number): number =>
    LABEL_WIDTH + ((Math.log(ms) - Math.log(from)) / (Math.log(to) - Math.log(from))) * (width - LABEL_WIDTH - 20);
  const bottom = percentilePanelHeight(results.length) - 10;
  return [...legend(), ...grid(from, to, x, bottom), ...results.flatMap((each, row) => dots(each, row, x))].join('');
}

function legend(): readonly string[] {
  return QUANTILES.flatMap(({ label, color }, index) => [
    svg('circle', { cx: LABEL_WIDTH + 6 + index * 70, cy: 10, r: 4, fill: color }),
    svgText(label, LABEL_WIDTH + 14 + index * 70, 14),
  ]);
}

function grid(from: number, to: number, x: (ms: number) => number, bottom: number): readonly string[] {
  return GRID_MS.filter((ms) => ms > from && ms < to).flatMap((ms) => [
    svgLine(
      [
        [x(ms), TOP - 10],
        [x(ms), bottom],
      ],
      { stroke: '#e0e0e0' },
    ),
    svgText(`${ms} ms`, x(ms), TOP - 14, { 'text-anchor': 'middle', fill: '#666666' }),
  ]);
}

function dots({ name, result }: NamedResult, row: number, x: (ms: number) => number): readonly string[] {
  const y = TOP + row * ROW_HEIGHT + ROW_HEIGHT / 2;
  const [least, most] = [x(result.latencyMs(0.5)), x(result.latencyMs(0.999))];
  return [
    svgText(name, LABEL_WIDTH - 10, y + 4, { 'text-anchor': 'end' }),
    svgLine(
      [
        [least, y],
        [most, y],
      ],
      { stroke: '#cccccc', 'stroke-width': 2 },
    ),
    ...QUANTILES.map(({ quantile, color }) =>
      svg('circle', { cx: x(result.latencyMs(quantile)), cy: y, r: 4, fill: color }),
    ),
  ];
}

import * as vega from 'vega';
import * as vegaLite from 'vega-lite';
import type { Series } from './series.js';

export const COLORS = { v1: '#9db4c0', v2: '#2a9d8f', added: '#f4a261', slow: '#9b5de5', failure: '#d62828' } as const;

type Spec = Record<string, unknown>;

const WIDTH = 300;

const CONFIG: Spec = {
  font: 'system-ui, -apple-system, "Segoe UI", sans-serif',
  view: { stroke: null },
  axis: { grid: false, domainColor: '#c9ced6', tickColor: '#c9ced6', labelColor: '#5b6573', titleColor: '#5b6573' },
  axisY: { grid: true, gridColor: '#eef0f3', domain: false, ticks: false },
  legend: { disable: true },
  title: { anchor: 'start', color: '#1d2733', fontSize: 12, fontWeight: 600 },
};

/** Answered calls per second, one layer for each pod. */
export function podsChart({ pods, phases, seconds }: Series, rps: number): Spec {
  return panel('calls per second, by pod', 120, phases, {
    data: { values: pods },
    mark: { type: 'area', interpolate: 'step-after', stroke: 'white', strokeWidth: 0.4 },
    encoding: {
      x: time(seconds),
      y: quantity('perSecond', { stack: 'zero', scale: { domain: [0, rps * 1.1], clamp: true } }),
      color: {
        field: 'group',
        scale: { domain: ['v1', 'v2', 'added', 'slow'], range: [COLORS.v1, COLORS.v2, COLORS.added, COLORS.slow] },
      },
      detail: { field: 'pod' },
      order: { field: 'age' },
    },
  });
}

/** Failed calls per second. */
export function failuresChart({ failures, phases, seconds }: Series, rps: number): Spec {
  return panel('failed calls per second', 70, phases, {
    data: { values: failures },
    mark: { type: 'area', interpolate: 'step-after', color: COLORS.failure },
    encoding: { x: time(seconds), y: quantity('perSecond', { scale: { domain: [0, rps * 1.1], clamp: true } }) },
  });
}

/** Median and 99th percentile of the answered calls. */
export function latencyChart({ latency, phases, seconds }: Series): Spec {
  return panel('latency in ms: p50 and p99', 90, phases, {
    data: { values: latency },
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1.5, invalid: 'break-paths-show-path-domains' },
    encoding: {
      x: time(seconds),
      y: quantity('ms', { scale: { type: 'log', domain: [1, 1_000], clamp: true } }),
      color: { field: 'percentile', scale: { domain: ['p50', 'p99'], range: ['#457b9d', '#1d3557'] } },
    },
  });
}

/** Charts of one client, one above the other. */
export function column(title: string, charts: readonly Spec[]): Spec {
  return {
    title: { text: title, fontSize: 15, offset: 12 },
    vconcat: charts,
    spacing: 14,
    resolve: { scale: { color: 'independent' } },
  };
}

/** Renders a chart as SVG text, without a browser. */
export async function toSvg(spec: Spec): Promise<string> {
  const full = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: null,
    config: CONFIG,
    ...spec,
  };
  const compiled = vegaLite.compile(full as unknown as vegaLite.TopLevelSpec).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** A chart with a line at each change that was made to the pods. */
function panel(title: string, height: number, phases: Series['phases'], chart: Spec): Spec {
  const rules = {
    data: { values: phases },
    mark: { type: 'rule', color: '#8d99ae', strokeDash: [3, 3] },
    encoding: { x: { field: 'second', type: 'quantitative' } },
  };
  return { title, width: WIDTH, height, layer: [chart, rules] };
}

function time(seconds: number): Spec {
  return {
    field: 'second',
    type: 'quantitative',
    title: null,
    scale: { domain: [0, seconds], nice: false },
    axis: { tickCount: 6, labelExpr: "datum.value + ' s'" },
  };
}

function quantity(field: string, more: Spec): Spec {
  return { field, type: 'quantitative', title: null, axis: { tickCount: 4 }, ...more };
}

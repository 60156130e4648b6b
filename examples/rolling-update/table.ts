import Table from 'cli-table3';
import type { DemoResult } from './measure.js';

const ROWS: readonly { readonly label: string; readonly cell: (result: DemoResult) => string }[] = [
  { label: 'calls sent', cell: (r) => String(r.sent) },
  { label: 'failed', cell: (r) => `${r.failed} (${((100 * r.failed) / r.sent).toFixed(r.failed === 0 ? 0 : 1)} %)` },
  { label: 'executed twice', cell: (r) => String(r.executedTwice) },
  { label: 'longest failing span', cell: (r) => ms(r.longestFailingMs) },
  { label: 'pods used, of 15', cell: (r) => String(r.podsUsed) },
  { label: 'first call on an added pod after', cell: (r) => range(r.firstCallOnAddedMs) },
  { label: 'share of added pods (1 = fair)', cell: (r) => (r.addedShare === null ? '–' : r.addedShare.toFixed(2)) },
  { label: 'p50 / p99 / p99.9', cell: (r) => [r.p50Ms, r.p99Ms, r.p999Ms].map(ms).join(' / ') },
  { label: 'p99 before → with one slow pod', cell: (r) => `${ms(r.p99BeforeSlowPodMs)} → ${ms(r.p99SlowPodMs)}` },
];

/** The results as a table, one column for each client. */
export function renderTable(results: readonly DemoResult[], titles: readonly string[]): string {
  const table = new Table({ head: ['', ...titles], style: { head: [], border: [] }, wordWrap: true });
  for (const { label, cell } of ROWS) table.push([label, ...results.map(cell)]);
  return table.toString();
}

/** The same for the report. */
export function tableRows(results: readonly DemoResult[]): readonly (readonly string[])[] {
  return ROWS.map(({ label, cell }) => [label, ...results.map(cell)]);
}

function ms(value: number | null): string {
  return value === null ? '–' : `${value >= 100 ? Math.round(value) : value} ms`;
}

function range(values: readonly (number | null)[]): string {
  const called = values.filter((value) => value !== null);
  if (called.length === 0) return 'never';
  const text = called.length === 1 ? ms(Math.max(...called)) : `${Math.min(...called)} to ${Math.max(...called)} ms`;
  return called.length === values.length ? text : `${text} (${values.length - called.length} never)`;
}

import Table from 'cli-table3';
import type { SetUpResult } from './run-set-up.js';

const COLUMNS: readonly { readonly head: string; readonly cell: (result: SetUpResult) => string }[] = [
  { head: '', cell: ({ title }) => title },
  { head: 'reads', cell: ({ answered }) => String(answered) },
  { head: 'failed', cell: ({ failed }) => String(failed) },
  { head: 'per s', cell: ({ perSecond }) => String(Math.round(perSecond)) },
  { head: 'p50 / p99', cell: ({ p50Ms, p99Ms }) => `${ms(p50Ms)} / ${ms(p99Ms)}` },
  { head: 'pods used', cell: ({ shares }) => `${shares.filter(({ reads }) => reads > 0).length} of ${shares.length}` },
  { head: 'busiest pod', cell: ({ shares }) => percent(Math.max(...shares.map(({ share }) => share))) },
  { head: '… in half a second', cell: ({ busiestAtATime }) => percent(busiestAtATime) },
];

/** The results as a table, one row for each set-up. */
export function resultTable(results: readonly SetUpResult[]): string {
  const table = new Table({ head: COLUMNS.map(({ head }) => head), style: { head: [], border: [] } });
  for (const result of results) table.push(COLUMNS.map(({ cell }) => cell(result)));
  return table.toString();
}

export function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${Math.round(100 * share)} %`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(value)} ms`;
}

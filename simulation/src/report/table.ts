import type { RunResult } from './run-result.js';

/** A column of the table: its head and the text of a run's figure. */
interface Column {
  readonly head: string;
  readonly text: (run: RunResult) => string;
}

const COLUMNS: readonly Column[] = [
  { head: 'calls', text: (run) => String(run.calls.length) },
  { head: 'ok %', text: (run) => fixed(100 * run.okRatio(), 3) },
  { head: 'p50 ms', text: (run) => fixed(run.latencyMs(0.5), 1) },
  { head: 'p95 ms', text: (run) => fixed(run.latencyMs(0.95), 1) },
  { head: 'p99 ms', text: (run) => fixed(run.latencyMs(0.99), 1) },
  { head: 'p99.9 ms', text: (run) => fixed(run.latencyMs(0.999), 1) },
  { head: 'max/mean in flight', text: (run) => fixed(run.peakInFlightRatio, 1) },
  { head: 'max/min share', text: (run) => fixed(run.shareSpread, 2) },
  { head: 'attempts/call', text: (run) => fixed(run.attemptsPerCall, 3) },
  { head: 'ejections', text: (run) => String(run.ejections) },
];

export const TABLE_HEADS: readonly string[] = COLUMNS.map(({ head }) => head);

/** The figures of a run, in the order of {@link TABLE_HEADS}. */
export function tableCells(run: RunResult): readonly string[] {
  return COLUMNS.map(({ text }) => text(run));
}

/** Rows under their heads: the first column to the left, figures to the right. */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, index) => Math.max(head.length, ...rows.map((row) => row[index]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!)))
      .join('  ')
      .trimEnd();
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function fixed(value: number, digits: number): string {
  if (value === Infinity) return 'inf';
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}

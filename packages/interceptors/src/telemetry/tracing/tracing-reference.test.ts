import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ATTRIBUTES, EVENTS, REQUEST_METADATA } from './attributes.js';
import { resolveTracingOptions } from './tracing-options.js';

const root = new URL('../../../../../', import.meta.url);
const page = readFileSync(new URL('docs/reference/tracing.md', root), 'utf8');

/** The rows of the table that begins with this heading, as cells. */
function rowsOf(heading: string): readonly string[][] {
  const lines = page
    .slice(page.indexOf(`\n| ${heading}`))
    .trimStart()
    .split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  const table = lines.slice(2, end < 0 ? undefined : end);
  return table.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const firstCells = (heading: string): string[] => rowsOf(heading).map(([cell = '']) => cell.replaceAll('`', ''));

test('the tables have every attribute, event and option, and no other', () => {
  expect(firstCells('attribute ').sort()).toEqual([...Object.values(ATTRIBUTES), `${REQUEST_METADATA}<key>`].sort());
  expect(firstCells('event ').sort()).toEqual(Object.values(EVENTS).sort());
  expect(firstCells('option ').sort()).toEqual(Object.keys(resolveTracingOptions({})!).sort());
});

const CASES = rowsOf('case ').map(([name = '', ours = '']) => [name, ours] as const);

test('the cases are those of both', () => {
  expect(CASES.filter(([name]) => name.startsWith('Go')).length).toBeGreaterThan(5);
  expect(CASES.filter(([name]) => name.startsWith('Java')).length).toBeGreaterThan(5);
});

test.each(CASES)('%s: the test exists under its name, or the reason why there is none', (_name, ours) => {
  if (ours.startsWith('n/a: ')) return;
  const [, file = '', title = 'no title'] = /^`([^`]+)`: (.*)$/.exec(ours) ?? [];
  const path = file.startsWith('fairlead/')
    ? `packages/fairlead/src/${file.slice('fairlead/'.length)}`
    : `packages/interceptors/src/telemetry/tracing/${file}`;
  expect(existsSync(new URL(path, root))).toBe(true);
  expect(readFileSync(new URL(path, root), 'utf8')).toContain(title);
});

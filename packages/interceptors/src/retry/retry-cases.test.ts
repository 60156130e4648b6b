import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../../../../', import.meta.url);
const table = readFileSync(new URL('docs/reference/retry-cases.md', root), 'utf8');
const ROWS = table.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim());
  return /^\| (Go|Java|A6)/.test(line) ? [[cells[1], cells[2], cells[3]] as const] : [];
});

/** `retry/a.test.ts` is of this package, `core/b/c.test.ts` of the named one. */
function sourceOf(file: string): URL {
  const [first = '', ...rest] = file.split('/');
  const other = ['core', 'fairlead', 'pool'].includes(first);
  return new URL(other ? `packages/${first}/src/${rest.join('/')}` : `packages/interceptors/src/${file}`, root);
}

test('the table has the cases of both', () => {
  expect(ROWS.filter(([name]) => name?.startsWith('Go')).length).toBeGreaterThan(10);
  expect(ROWS.filter(([name]) => name?.startsWith('Java')).length).toBeGreaterThan(30);
});

test.each(ROWS)('%s: the test exists under its name, or the reason why there is none', (_name, ours = '', result) => {
  if (ours === '–') return expect(result).toMatch(/^n\/a: .{20,}/);
  const [, file = '', title = ''] = /^`([^`]+)`(?:: (.*))?$/.exec(ours) ?? [];
  expect(existsSync(sourceOf(file))).toBe(true);
  const source = readFileSync(sourceOf(file), 'utf8').replaceAll("\\'", "'");
  expect(source).toContain(title);
  expect(result).toBe('as there');
});

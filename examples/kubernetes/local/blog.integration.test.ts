import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SetUpResult } from './run-set-up.js';
import { SET_UPS } from './set-ups.js';

// What `npm run blog` runs, and its whole way: processes that load the built packages. Jest runs from the root of the workspace.
const MAIN = join('examples', 'lib', 'kubernetes', 'local', 'main.js');

let folder: string;
let printed: string;
let svg: string;
let results: ReadonlyMap<string, SetUpResult>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-blog-'));
  const files = ['--svg', join(folder, 'shares.svg'), '--json', join(folder, 'shares.json')];
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--seconds', '2', '--seed', '1', ...files]);
  printed = stdout;
  svg = readFileSync(join(folder, 'shares.svg'), 'utf8');
  const read = JSON.parse(readFileSync(join(folder, 'shares.json'), 'utf8')) as { results: SetUpResult[] };
  results = new Map(read.results.map((result) => [result.name, result]));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

/** The pods that had reads, of a set-up. */
const used = (name: string): number => results.get(name)!.shares.filter(({ reads }) => reads > 0).length;

test.each(SET_UPS.map(({ name }) => name))('%s: no read fails, and the pods counted every one', (name) => {
  const { answered, failed, shares } = results.get(name)!;
  expect(failed).toBe(0);
  expect(answered).toBeGreaterThan(0);
  expect(shares.map(({ pod }) => pod)).toHaveLength(5);
  expect(shares.reduce((sum, { reads }) => sum + reads, 0)).toBe(answered);
});

test('one connection is one pod, by HTTP/1.1 and by gRPC', () => {
  expect([used('http-1'), used('grpc')]).toEqual([1, 1]);
});

test('several connections are several pods, not all of them: the Service chooses for each, with this seed 4', () => {
  expect(used('http-n')).toBe(4);
});

test('a maximal age of connections moves all calls to another pod, at each moment there is one', () => {
  expect(used('grpc-max-age')).toBeGreaterThan(1);
  expect(results.get('grpc-max-age')!.busiestAtATime).toBeGreaterThan(0.9);
});

test('Fairlead: every pod has its share, at each moment', () => {
  const { shares, busiestAtATime } = results.get('fairlead')!;
  for (const { share } of shares) expect(share).toBeGreaterThan(0.1);
  expect(busiestAtATime).toBeLessThan(0.5);
});

test('a table, bars and a picture show it', () => {
  for (const { title } of SET_UPS) {
    expect(printed).toContain(`\n${title}\n`);
    expect(printed).toContain(`│ ${title} `);
    expect(svg).toContain(`>${title}<`);
  }
  expect(printed.match(/^ {2}post-storage-v1-\d [█·]{50} +\d+ %$/gm)).toHaveLength(25);
});

import { readFileSync } from 'node:fs';
import { leakCheck } from '@fairlead/testing';
import { expect, jest, test } from '@jest/globals';

test('the example of an own policy gives each pod its turn, and ends', async () => {
  const leaks = leakCheck();
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await import('./main.js');
  const lines = log.mock.calls.map(([line]) => line as string);
  log.mockRestore();
  const pods = lines.map((line) => /^Hello, \w+, says (pod \d)$/.exec(line)?.[1]);
  expect(pods.slice(0, 3).toSorted()).toEqual(['pod 1', 'pod 2', 'pod 3']);
  expect(pods.slice(3)).toEqual(pods.slice(0, 3));
  await leaks.assertNothingLeft();
}, 30_000);

test('the guide shows the example as it is', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const guide = read('../../docs/own-policy.md');
  expect(guide).toContain(`\`\`\`ts\n${read('./least-recently-used.ts')}\`\`\``);
  const registered = /createChannel\([^]*?\n\}\);\n/.exec(read('./main.ts'))![0];
  expect(guide).toContain(registered);
});

import { readFileSync } from 'node:fs';
import { endpointAt, systemClock, systemRandom, type ResolverState } from '@fairlead/core';
import { leakCheck } from '@fairlead/testing';
import { expect, jest, test } from '@jest/globals';
import { registryResolver } from './registry-resolver.js';
import { startRegistry } from './registry.js';

test('the example of an own resolver follows its registry, config included, and ends', async () => {
  const leaks = leakCheck({ settleMs: 6_000 });
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await import('./main.js');
  const lines = log.mock.calls.map(([line]) => line as unknown);
  log.mockRestore();
  const pods = lines.map((line) => /^Hello, \w+, says (pod \d)$/.exec(String(line))?.[1]);
  expect(pods.slice(0, 4).toSorted()).toEqual(['pod 1', 'pod 1', 'pod 2', 'pod 2']);
  expect(lines[4]).toEqual({ source: 'resolver', policy: 'pick_first', policyChanged: true });
  expect(pods.slice(5)).toEqual(['pod 3', 'pod 3']);
  await leaks.assertNothingLeft();
}, 30_000);

test('the resolver of the guide keeps the rules: bursts, errors, close', async () => {
  const leaks = leakCheck({ settleMs: 6_000 });
  const registry = await startRegistry({ pods: [{ address: '10.0.0.1:1', zone: 'a' }] });
  const states: ResolverState[] = [];
  const errors: string[] = [];
  const target = { scheme: 'registry', authority: registry.address, endpoint: 'x', uri: 'registry:' };
  const context = { clock: systemClock, random: systemRandom, options: { refreshIntervalMs: 60_000 } };
  const resolver = registryResolver.create(target, context);
  const told = async (count: number): Promise<void> => {
    while (states.length + errors.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  resolver.start({
    onState: (state) => void states.push(state),
    onError: ({ message }) => void errors.push(message),
  });
  // All in time for the one that follows the request under way.
  for (let n = 0; n < 10; n += 1) resolver.refresh();
  await told(2);
  const endpoints = [endpointAt({ kind: 'tcp', host: '10.0.0.1', port: 1 }, { zone: 'a' })];
  expect(states).toEqual(Array.from({ length: 2 }, () => ({ endpoints, attributes: { source: 'registry' } })));
  registry.registration = {};
  resolver.refresh();
  await told(3);
  expect(errors).toHaveLength(1);
  resolver.refresh();
  resolver.close();
  // In the middle of a request, too.
  const other = registryResolver.create(target, context);
  other.start({ onState: (state) => void states.push(state), onError: ({ message }) => void errors.push(message) });
  other.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  registry.close();
  await leaks.assertNothingLeft();
  expect(states.length + errors.length).toBe(3);
}, 30_000);

test('the guide shows the example as it is', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const guide = read('../../docs/own-resolver.md');
  expect(guide).toContain(`\`\`\`ts\n${read('./registry-resolver.ts')}\`\`\``);
  const main = read('./main.ts');
  expect(guide).toContain(/const channel = createChannel\([^]*?\n\}\);\n/.exec(main)![0]);
  expect(guide).toContain(/const config = [^]*?\n.*registry\.registration = .*\n/.exec(main)![0]);
});

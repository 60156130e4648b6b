import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  InvalidTargetError,
  parseTarget,
  systemClock,
  systemRandom,
  type Resolver,
  type ResolverState,
} from '@fairlead/core';
import { leakCheck } from '@fairlead/testing';
import { unary } from '../../../test/support/echo-server.js';
import { CEILING_MS, Harness, until } from '../../../test/support/harness.js';
import { builtInSchemes } from '../built-in-schemes.js';

const schemes = builtInSchemes({ resolvers: [], defaultScheme: 'dns' });
/** Longer than a test: what is heard is told by the system. */
const NEVER_LOOKS_MS = 600_000;

function resolverOf(target: string, refreshIntervalMs = NEVER_LOOKS_MS): Resolver {
  const { target: parsed, factory } = parseTarget(target, schemes);
  return factory.create(parsed, { clock: systemClock, random: systemRandom, options: { refreshIntervalMs } });
}

let folder: string;
let path: string;
let leaks: ReturnType<typeof leakCheck>;
const resolvers: Resolver[] = [];

beforeEach(() => {
  leaks = leakCheck();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  path = join(folder, 'pods.json');
});

afterEach(async () => {
  for (const resolver of resolvers.splice(0)) resolver.close();
  rmSync(folder, { recursive: true, force: true });
  await leaks.assertNothingLeft();
}, CEILING_MS);

const pods = (...numbers: number[]): string => JSON.stringify({ endpoints: numbers.map((n) => `10.0.0.${n}:50051`) });

/** What is told of the file. */
function follow(
  target = `file://${path}`,
  intervalMs?: number,
): { states: ResolverState[]; errors: string[]; resolver: Resolver } {
  const resolver = resolverOf(target, intervalMs);
  const told = { states: [] as ResolverState[], errors: [] as string[], resolver };
  resolvers.push(resolver);
  resolver.start({
    onState: (state) => void told.states.push(state),
    onError: (error) => void told.errors.push(error.message),
  });
  return told;
}

const hosts = (states: readonly ResolverState[]): string =>
  (states.at(-1)?.endpoints ?? []).map(({ id }) => id.replace(/^10\.0\.0\.|:50051$/g, '')).join();

describe('a file: target', () => {
  test('has the pods of the file, and those of the file that is written over it', async () => {
    writeFileSync(path, pods(1));
    const { states } = follow();
    await until(() => hosts(states) === '1');
    expect(states[0]!.attributes).toEqual({ source: 'file', path });
    writeFileSync(path, pods(1, 2));
    await until(() => hosts(states) === '1,2');
  });

  test('follows a file that is renamed over it, again and again', async () => {
    writeFileSync(path, pods(1));
    const { states } = follow();
    for (const n of [2, 3, 4]) {
      writeFileSync(`${path}.tmp`, pods(n));
      renameSync(`${path}.tmp`, path);
      await until(() => hosts(states) === `${n}`);
    }
  });

  test('follows the swap of the ..data link of a ConfigMap', async () => {
    const publish = (name: string, content: string): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'pods.json'), content);
      symlinkSync(name, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    publish('..2026_01', pods(1));
    symlinkSync(join('..data', 'pods.json'), path);
    const { states } = follow();
    await until(() => hosts(states) === '1');
    publish('..2026_02', pods(2));
    rmSync(join(folder, '..2026_01'), { recursive: true });
    await until(() => hosts(states) === '2');
  });

  test('an editor that truncates the file first is no error', async () => {
    writeFileSync(path, pods(1));
    const { errors, states } = follow();
    await until(() => hosts(states) === '1');
    truncateSync(path);
    await new Promise((resolve) => setTimeout(resolve, 100));
    writeFileSync(path, pods(2));
    await until(() => hosts(states) === '2');
    expect(errors).toEqual([]);
  });

  test('what makes no sense is told once, with the field, and the next good one is taken', async () => {
    writeFileSync(path, pods(1));
    const { errors, states } = follow(undefined, 50);
    await until(() => hosts(states) === '1');
    writeFileSync(path, JSON.stringify({ endpoints: [{ address: '10.0.0.2:1', weight: -1 }] }));
    await until(() => errors.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(errors).toEqual([`${path}: endpoints[0].weight: -1 (expected: a positive integer)`]);
    expect(states).toHaveLength(1);
    writeFileSync(path, pods(3));
    await until(() => hosts(states) === '3');
  });

  test('a file that is deleted is an error, and may come back, also in a new folder', async () => {
    writeFileSync(path, pods(1));
    const { errors, states } = follow(undefined, 100);
    await until(() => hosts(states) === '1');
    rmSync(path);
    await until(() => errors.length === 1);
    expect(errors[0]).toContain(`ENOENT: no such file or directory, open '${path}'`);
    writeFileSync(path, pods(2));
    await until(() => hosts(states) === '2');
    rmSync(folder, { recursive: true });
    await until(() => errors.length === 2);
    mkdirSync(folder);
    writeFileSync(path, pods(3));
    await until(() => hosts(states) === '3');
  });

  test('a change that the system does not tell of is found by looking', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'fairlead-'));
    writeFileSync(join(elsewhere, 'real.json'), pods(1));
    symlinkSync(join(elsewhere, 'real.json'), path);
    const { states } = follow(undefined, 100);
    await until(() => hosts(states) === '1');
    writeFileSync(join(elsewhere, 'real.json'), pods(2));
    await until(() => hosts(states) === '2');
    rmSync(elsewhere, { recursive: true });
  });

  test('is answered anew at each refresh, bad content too', async () => {
    writeFileSync(path, pods(1));
    const { errors, resolver, states } = follow();
    await until(() => states.length === 1);
    resolver.refresh();
    await until(() => states.length === 2);
    writeFileSync(path, '{');
    await until(() => errors.length === 1);
    resolver.refresh();
    await until(() => errors.length === 2);
    expect(errors[1]).toContain(`${path}: `);
  });

  test('YAML, a relative path, and a service config that changes', async () => {
    path = join(folder, 'pods.yaml');
    writeFileSync(path, 'endpoints: [10.0.0.1:50051]\nserviceConfig: { loadBalancingConfig: [{ round_robin: {} }] }\n');
    const { states } = follow(`file:${path}`);
    await until(() => states.length === 1);
    expect(states[0]!.serviceConfig).toEqual({ loadBalancingConfig: [{ round_robin: {} }] });
    writeFileSync(path, 'endpoints: [10.0.0.1:50051]\n');
    await until(() => states.length === 2);
    expect(states[1]!.serviceConfig).toBeUndefined();
  });

  test.each([
    ['file://host/x', 'file targets have no authority (expected: file:///path)'],
    ['file:', 'the path of a file is missing'],
    ['file:///', 'the path of a file is missing'],
    ['file:///etc/', 'the path of a file is missing'],
    ['file:///a%00b', 'a NUL character in the path'],
  ])('%s is refused', (target, reason) => {
    expect(() => resolverOf(target)).toThrow(InvalidTargetError);
    expect(() => resolverOf(target)).toThrow(reason);
  });
});

test(
  'calls go to the servers of a file, and to the next ones when it changes',
  async () => {
    const harness = new Harness();
    const [first, second] = [await harness.server(), await harness.server()];
    const listing = (port: number): string => JSON.stringify({ endpoints: [`127.0.0.1:${port}`] });
    writeFileSync(path, listing(first.port));
    const pool = harness.pool(`file://${path}`);
    const client = harness.client(pool);
    expect(await unary(client, 'hello')).toBe('hello');
    expect(first.received.at(-1)!.get('user-agent')).toHaveLength(1);
    writeFileSync(path, listing(second.port));
    await until(() => pool.snapshot().members.some(({ address }) => address.endsWith(`:${second.port}`)));
    expect(await unary(client, 'hello')).toBe('hello');
    await until(() => second.received.length === 1);
    await harness.close();
  },
  CEILING_MS,
);

import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { endpointAt, InvalidOptionError, InvalidTargetError, type Endpoint } from '@fairlead/core';
import { ManualResolver, manualResolverFactory } from '@fairlead/testing';
import { ids, known, Rig, target } from '../../../test/support/fallback-rig.js';
import { until } from '../../../test/support/harness.js';
import { pod, VirtualPool } from '../../../test/support/virtual-pool.js';
import { fallback } from './fallback.js';
import { lastKnownGood } from './last-known-good.js';

describe('fallback', () => {
  test('asks the second source only when the first one fails, and tells of the change', () => {
    const rig = new Rig().start();
    expect([rig.watch.started, rig.dns.started]).toEqual([true, false]);
    rig.watch.fail(new Error('403'));
    expect([rig.watch.started, rig.dns.started]).toEqual([true, true]);
    // Not the last word yet.
    expect(rig.errors).toEqual([]);
    rig.dns.push([pod(1)]);
    expect(rig.last).toMatchObject({ endpoints: [pod(1)], attributes: { resolvedBy: 'dns:///greeter' } });
    expect(rig.news).toEqual([{ kind: 'source', from: undefined, to: 'dns:///greeter', worse: true, cause: '403' }]);
    rig.resolver.close();
    expect([rig.watch.closed, rig.dns.closed, rig.clock.pendingTimers]).toEqual([true, true, 0]);
  });

  test('tells an error when all sources have failed, with the reason of each', () => {
    const rig = new Rig().start();
    rig.watch.fail(new Error('403'));
    rig.dns.fail(new Error('NXDOMAIN'));
    expect(rig.errors).toEqual(['403; NXDOMAIN']);
    rig.watch.push([pod(1)]);
    expect(ids(rig.last)).toEqual([pod(1).id]);
    expect(rig.dns.closed).toBe(true);
    rig.resolver.close();
  });

  test('a source that says nothing has failed after its time, and is heard when it comes', () => {
    const rig = new Rig().start();
    rig.clock.advance(4_999);
    expect(rig.dns.started).toBe(false);
    rig.clock.advance(1);
    expect(rig.dns.started).toBe(true);
    rig.watch.push([pod(1)]);
    expect([ids(rig.last), rig.dns.closed, rig.news]).toEqual([[pod(1).id], true, []]);
    rig.resolver.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('a source in use may fail for a while: its pods stay, and its errors are told', () => {
    const rig = new Rig().start();
    rig.watch.push([pod(1)]);
    rig.watch.fail(new Error('503'));
    rig.clock.advance(9_999);
    expect([rig.dns.started, rig.errors]).toEqual([false, ['503']]);
    rig.watch.push([pod(1)]);
    rig.watch.fail(new Error('503'));
    rig.clock.advance(9_999);
    expect(rig.dns.started).toBe(false);
    rig.clock.advance(1);
    expect(rig.dns.started).toBe(true);
    rig.dns.push([pod(2)]);
    expect(ids(rig.last)).toEqual([pod(2).id]);
    rig.resolver.close();
  });

  test('when pods are lost while it fails, the next source is asked at once', () => {
    const rig = new Rig().start();
    rig.watch.push([pod(1)]);
    rig.watch.fail(new Error('503'));
    rig.resolver.refresh();
    expect([rig.dns.started, rig.watch.refreshes]).toEqual([true, 1]);
    rig.resolver.close();
  });

  test('a source in use that does not answer when it is asked has failed', () => {
    const rig = new Rig().start();
    rig.watch.push([pod(1)]);
    rig.resolver.refresh();
    rig.clock.advance(5_000);
    expect(rig.errors).toEqual(['watch:///greeter: no answer within 5000 ms']);
    rig.clock.advance(10_000);
    expect(rig.dns.started).toBe(true);
    rig.resolver.close();
  });

  test('a better source is used again when it has been well for a while', () => {
    const rig = new Rig().start();
    rig.watch.fail(new Error('503'));
    rig.dns.push([pod(1)]);
    rig.watch.push([pod(2)]);
    rig.clock.advance(9_999);
    rig.watch.fail(new Error('503'));
    rig.watch.push([pod(2)]);
    rig.clock.advance(9_999);
    expect(ids(rig.last)).toEqual([pod(1).id]);
    rig.clock.advance(1);
    expect([ids(rig.last), rig.dns.closed]).toEqual([[pod(2).id], true]);
    expect(rig.news.at(-1)).toEqual({
      kind: 'source',
      from: 'dns:///greeter',
      to: 'watch:///greeter',
      worse: false,
      cause: undefined,
    });
    rig.resolver.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('a pod keeps its identity, and what was known of it, when the source changes', () => {
    const rig = new Rig().start();
    rig.watch.push([known(1, { zone: 'a', terminating: true }), known(2)]);
    rig.watch.fail(new Error('503'));
    rig.clock.advance(10_000);
    rig.dns.push([pod(1), pod(2), pod(3)]);
    expect(ids(rig.last)).toEqual(['uid-1', 'uid-2', pod(3).id]);
    expect(rig.last.endpoints[0]!.attributes).toEqual({ zone: 'a' });
    rig.dns.push([pod(1), pod(3)]);
    rig.dns.push([pod(1), pod(2), pod(3)]);
    // It was gone: it is another one.
    expect(ids(rig.last)).toEqual(['uid-1', pod(2).id, pod(3).id]);
    rig.watch.push([known(1), known(2), known(3)]);
    rig.clock.advance(10_000);
    expect(ids(rig.last)).toEqual(['uid-1', pod(2).id, pod(3).id]);
    // The uid decides again: another pod has got the address.
    rig.watch.push([{ ...known(3), id: 'uid-4' }]);
    expect(ids(rig.last)).toEqual(['uid-4']);
    rig.resolver.close();
  });

  test('a service config stays in force where the next source has none', () => {
    const rig = new Rig().start();
    const serviceConfig = { loadBalancingConfig: [{ round_robin: {} }] };
    rig.watch.push({ endpoints: [pod(1)], serviceConfig, attributes: {} });
    rig.watch.fail(new Error('503'));
    rig.clock.advance(10_000);
    rig.dns.push([pod(1)]);
    expect(rig.last.serviceConfig).toBe(serviceConfig);
    rig.watch.push([pod(1)]);
    rig.clock.advance(10_000);
    expect(rig.last.serviceConfig).toBeUndefined();
    rig.resolver.close();
  });

  test('a service config that could not be found out is none that is gone', () => {
    const rig = new Rig().start();
    const serviceConfigError = new Error('SERVFAIL');
    rig.watch.push({ endpoints: [pod(1)], serviceConfig: { a: 1 }, attributes: {} });
    rig.watch.push({ endpoints: [pod(2)], serviceConfigError, attributes: {} });
    expect(rig.last).toMatchObject({ endpoints: [pod(2)], serviceConfig: { a: 1 }, serviceConfigError });
    rig.resolver.close();
  });

  test('an empty answer is an answer, unless it is to count as a failure', () => {
    const rig = new Rig().start();
    rig.watch.push([]);
    expect([rig.last.endpoints, rig.dns.started]).toEqual([[], false]);
    rig.resolver.close();
    const strict = new Rig((watch) => fallback(watch, 'dns:///greeter', { emptyFails: true })).start();
    strict.watch.push([]);
    expect([strict.states, strict.dns.started]).toEqual([[], true]);
    strict.resolver.close();
  });

  test('a target of its own scheme is resolved by the first source, and not by itself', () => {
    const rig = new Rig((watch) => fallback(watch, 'watch:///other')).start();
    rig.resolver.close();
  });

  test('a source that throws has failed', () => {
    const start = (): void => {
      throw new Error('no such cluster');
    };
    const broken = { start, refresh: () => undefined, close: () => undefined };
    const rig = new Rig(() => fallback({ schemes: ['watch'], create: () => broken }, 'dns:///greeter')).start();
    rig.dns.push([pod(1)]);
    expect(rig.news).toMatchObject([{ worse: true, cause: 'no such cluster' }]);
    rig.resolver.close();
  });

  test('serves the schemes of its first source, under its authority', () => {
    const first = { ...manualResolverFactory('watch'), authority: () => 'greeter.prod' };
    const factory = fallback(first, 'dns:///x');
    expect([factory.schemes, factory.authority?.(target)]).toEqual([['watch'], 'greeter.prod']);
  });

  test.each<[() => unknown, string]>([
    [() => fallback('dns:///x' as never, 'dns:///y'), 'sources[0]: "dns:///x" (expected: a resolver factory'],
    [() => fallback(manualResolverFactory('watch')), 'sources: 1 (expected: at least two)'],
    [() => fallback(manualResolverFactory('watch'), ''), 'sources[1]: "" (expected: a target or a resolver factory)'],
    [() => fallback(manualResolverFactory('watch'), 'dns:///x', { failAfterMs: -1 }), 'fallback.failAfterMs: -1'],
    [() => fallback(manualResolverFactory('watch'), 'dns:///x', { failAfter: 1 } as never), 'fallback.failAfter: 1'],
    [() => lastKnownGood(''), 'path: "" (expected: the path of a file)'],
    [() => lastKnownGood('x', { maxAgeMs: 0 }), 'lastKnownGood.maxAgeMs: 0'],
  ])('refuses what makes no sense (%#)', (make, message) => {
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(message);
  });

  test('a bad target of a source fails when the channel is made', () => {
    const make = (): unknown => new Rig((watch) => fallback(watch, 'kubernetes:///x'));
    expect(make).toThrow(InvalidTargetError);
    expect(make).toThrow('nobody serves kubernetes');
  });
});

describe('a pool over a fallback', () => {
  test('keeps its connections when the source changes, and has events for it', () => {
    const backup = manualResolverFactory('backup', new ManualResolver());
    const watch = new ManualResolver();
    const resolvers = [backup, fallback(manualResolverFactory('test', watch), 'backup:///x')];
    const virtual = new VirtualPool({ resolvers });
    const changes: unknown[] = [];
    virtual.pool.on('resolverSource', (change) => changes.push(change));
    virtual.pool.connect();
    watch.push([known(1)]);
    virtual.channels[0]!.ready();
    watch.fail(new Error('503'));
    virtual.clock.advance(10_000);
    backup.created[0]!.push([pod(1)]);
    expect(virtual.channels).toHaveLength(1);
    expect(virtual.pool.snapshot().members[0]).toMatchObject({ connectivity: 'ready', endpoint: { id: 'uid-1' } });
    expect(changes).toEqual([{ from: 'test:///pods', to: 'backup:///x', worse: true, cause: '503' }]);
  });
});

describe('lastKnownGood', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
    path = join(folder, 'greeter.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const rigOf = (): Rig => new Rig((watch) => fallback(watch, 'dns:///greeter', lastKnownGood(path, { fsync: false })));
  const kept = (): { asOf: string; endpoints: Endpoint[] } =>
    JSON.parse(readFileSync(path, 'utf8')) as { asOf: string; endpoints: Endpoint[] };
  const written = async (rig: Rig): Promise<void> => {
    rig.clock.advance(1_000);
    await until(() => existsSync(path) && readdirSync(folder).length === 1);
  };
  /** A life that leaves a file with these pods. */
  const leave = async (...endpoints: Endpoint[]): Promise<void> => {
    const rig = rigOf().start();
    rig.watch.push(endpoints);
    await written(rig);
    rig.resolver.close();
  };
  const allFail = (rig: Rig): void => {
    rig.watch.fail(new Error('503'));
    rig.dns.fail(new Error('SERVFAIL'));
  };

  test('the next process begins with what the one before knew, and says how old that is', async () => {
    await leave(known(1, { zone: 'a' }));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const rig = rigOf().start();
    rig.clock.setEpoch(Date.UTC(2020, 0, 1, 1));
    allFail(rig);
    await until(() => rig.states.length > 0);
    expect(rig.last).toMatchObject({ endpoints: [known(1, { zone: 'a' })], asOfMs: Date.parse(kept().asOf) });
    expect(rig.last.attributes).toMatchObject({ source: 'last-known-good', learntFrom: 'watch:///greeter' });
    expect(rig.last.attributes['ageMs']).toBeGreaterThan(3_590_000);
    expect(rig.news).toMatchObject([{ to: 'last known good of watch:///greeter', cause: '503; SERVFAIL' }]);
    // What is true now is better than what was true, at once.
    rig.dns.push([pod(1)]);
    expect(rig.last).toMatchObject({ endpoints: [{ id: 'uid-1' }], attributes: { resolvedBy: 'dns:///greeter' } });
    expect(rig.last.asOfMs).toBeUndefined();
    rig.resolver.close();
  });

  test('is written once a second while pods change, and confirmed once a minute while they do not', async () => {
    const rig = rigOf().start();
    rig.watch.push([known(1)]);
    await written(rig);
    const first = kept().asOf;
    rig.watch.push([known(1)]);
    rig.clock.advance(58_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(kept().asOf).toBe(first);
    rig.clock.advance(2_000);
    await until(() => kept().asOf !== first);
    rig.resolver.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('is not confirmed while the source fails, nor replaced by nothing', async () => {
    const rig = rigOf().start();
    rig.watch.push([known(1)]);
    await written(rig);
    const first = kept().asOf;
    rig.watch.push([]);
    rig.watch.fail(new Error('503'));
    rig.clock.advance(9_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(kept()).toMatchObject({ asOf: first, endpoints: [{ id: 'uid-1' }] });
    rig.resolver.close();
  });

  test.each<[string, string, string]>([
    ['no file', '', 'no such file'],
    ['cut in the middle', '{"kind":"fairl', 'it is no JSON'],
    ['something else', '{"hello":1}', 'it is no such file'],
    ['null', 'null', 'it is no such file'],
    ['a later version', '{"kind":"fairlead/last-known-good","version":2}', 'version: 2 (expected: 1)'],
    ['another target', '{"kind":"fairlead/last-known-good","version":1,"target":"x:///y"}', 'target: "x:///y"'],
  ])('passes over %s', async (_what, text, reason) => {
    if (text !== '') writeFileSync(path, text);
    const rig = rigOf().start();
    allFail(rig);
    await until(() => rig.errors.length > 0);
    expect(rig.errors[0]).toContain(reason);
    expect(rig.states).toEqual([]);
    rig.watch.push([known(1)]);
    await until(() => {
      rig.clock.advance(1_000);
      return existsSync(path) && readFileSync(path, 'utf8').includes('uid-1');
    });
    rig.resolver.close();
  });

  test.each<[string, (file: Record<string, unknown>) => void, string]>([
    ['is too old', (file) => (file['asOf'] = '2019-12-30T00:00:00Z'), 'expected: at most 86400 s'],
    [
      'is of a time to come',
      (file) => (file['asOf'] = '2099-01-01T00:00:00Z'),
      'asOf: "2099-01-01T00:00:00Z" (expected',
    ],
    ['has no time', (file) => (file['asOf'] = 'soon'), 'asOf: "soon" (expected: a time)'],
    ['has bad pods', (file) => (file['endpoints'] = [{ id: '' }]), 'endpoints[0].id'],
  ])('passes over what %s', async (_what, damage, reason) => {
    await leave(known(1));
    const file = kept() as unknown as Record<string, unknown>;
    damage(file);
    writeFileSync(path, JSON.stringify(file));
    const rig = rigOf().start();
    allFail(rig);
    await until(() => rig.errors.length > 0);
    expect(rig.errors[0]).toContain(reason);
    rig.resolver.close();
  });

  test('warns once when it cannot write', async () => {
    const rig = new Rig((watch) => fallback(watch, lastKnownGood(join(folder, 'missing', 'x.json')))).start();
    for (const n of [1, 2]) {
      rig.watch.push([pod(n)]);
      rig.clock.advance(1_000);
      await until(() => rig.news.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(rig.news).toMatchObject([{ kind: 'warning', code: 'last-known-good-unwritable' }]);
    rig.resolver.close();
  });

  test('the age of kept pods is in the snapshot of a pool', async () => {
    const watch = manualResolverFactory('test', new ManualResolver());
    const resolvers = [fallback(watch, lastKnownGood(path, { fsync: false }))];
    const first = new VirtualPool({ resolvers });
    first.pool.connect();
    watch.created.at(-1)!.push([endpointAt({ kind: 'tcp', host: '10.0.0.1', port: 1 })]);
    first.clock.advance(1_000);
    await until(() => existsSync(path));
    first.pool.close();
    chmodSync(path, 0o600);
    const down = new ManualResolver();
    down.fail(new Error('503'));
    const virtual = new VirtualPool({
      resolvers: [fallback(manualResolverFactory('test', down), lastKnownGood(path))],
    });
    virtual.pool.connect();
    await until(() => virtual.pool.snapshot().members.length > 0);
    virtual.clock.advance(60_000);
    expect(virtual.pool.snapshot().resolver.stateAgeMs).toBeGreaterThan(58_000);
  });
});

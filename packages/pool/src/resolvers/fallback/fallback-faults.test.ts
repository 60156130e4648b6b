import { mkdtempSync, readFileSync, rmSync, existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  endpointAt,
  SchemeRegistry,
  type Endpoint,
  type Resolver,
  type ResolverFactory,
  type ResolverListener,
  type ResolverState,
} from '@fairlead/core';
import { ManualResolver, manualResolverFactory, SeededRandom, VirtualClock } from '@fairlead/testing';
import { ids, known, Rig, target } from '../../../test/support/fallback-rig.js';
import { until } from '../../../test/support/harness.js';
import { pod } from '../../../test/support/virtual-pool.js';
import { crossCheck } from '../cross-check/cross-check.js';
import { fallback } from './fallback.js';
import { lastKnownGood } from './last-known-good.js';

describe('a source that does what it must not', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no pods', { attributes: {} }],
    ['a pod that is none', { endpoints: [null], attributes: {} }],
    ['a pod without addresses', { endpoints: [{ id: 'x', addresses: [], attributes: {} }], attributes: {} }],
    ['an impossible time', { endpoints: [], attributes: {}, asOfMs: NaN }],
  ])('an answer of %s is a failure, and the next source is asked', (_what, answer) => {
    const rig = new Rig().start();
    // Not by push, which takes pods or a state.
    rig.watch.push(answer as ResolverState, 1_000);
    expect([rig.states, rig.dns.started]).toEqual([[], true]);
    rig.dns.push([pod(1)]);
    expect(ids(rig.last)).toEqual([pod(1).id]);
    rig.resolver.close();
  });

  test('one that cannot be made any more has failed, and is made when somebody asks', () => {
    let gone = false;
    const source: ResolverFactory = {
      schemes: ['other'],
      create: () => {
        if (gone) throw new Error('the kubeconfig is gone');
        return later;
      },
    };
    const later = new ManualResolver();
    const rig = new Rig((watch) => fallback(watch, source)).start();
    gone = true;
    rig.watch.fail(new Error('503'));
    expect(rig.errors).toEqual(['503; the kubeconfig is gone']);
    gone = false;
    rig.resolver.refresh();
    later.push([pod(1)]);
    expect(ids(rig.last)).toEqual([pod(1).id]);
    rig.resolver.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('one that fails to close is told of, and does not keep the others from closing', () => {
    const closes: string[] = [];
    const badly = new (class extends ManualResolver {
      override close(): void {
        super.close();
        closes.push('badly');
        throw new Error('EBUSY');
      }
    })();
    const rig = new Rig((watch) => fallback(watch, manualResolverFactory('x', badly), 'dns:///greeter')).start();
    rig.watch.fail(new Error('503'));
    badly.fail(new Error('EIO'));
    rig.dns.push([pod(1)]);
    rig.watch.push([pod(2)]);
    rig.clock.advance(10_000);
    expect([ids(rig.last), rig.dns.closed, closes]).toEqual([[pod(2).id], true, ['badly']]);
    expect(rig.news).toContainEqual({
      kind: 'warning',
      code: 'resolver-close-failed',
      message: 'a source failed to close: EBUSY',
    });
    rig.watch.fail(new Error('503'));
    rig.clock.advance(10_000);
    badly.fail(new Error('EIO'));
    rig.resolver.close();
    expect([rig.dns.closed, closes.length, rig.clock.pendingTimers]).toEqual([true, 2, 0]);
  });

  test('one that answers, at once, whatever it is asked, is no loop', () => {
    const chatty = (endpoints: readonly Endpoint[] | undefined): Resolver => {
      let listener: ResolverListener | undefined;
      const answer = (): void => {
        if (endpoints === undefined) listener?.onError(new Error('no'), 0);
        else listener?.onState({ endpoints, attributes: {} }, 0);
      };
      return { start: (given) => ((listener = given), answer()), refresh: answer, close: answer };
    };
    const sources = [undefined, undefined, [pod(3)]].map((endpoints): ResolverFactory => ({
      schemes: ['watch'],
      create: () => chatty(endpoints),
    }));
    const rig = new Rig(() => fallback(sources[0]!, sources[1]!, sources[2]!)).start();
    expect([rig.states.map(ids), rig.errors]).toEqual([[[pod(3).id]], []]);
    for (let n = 0; n < 100; n++) rig.resolver.refresh();
    expect([rig.states.length, rig.errors]).toEqual([101, []]);
    rig.resolver.close();
    expect([rig.states.length, rig.clock.pendingTimers]).toEqual([101, 0]);
  });

  test('closing in the middle of any of its answers ends it', () => {
    for (const when of ['first', 'switch', 'back'] as const) {
      const rig = new Rig();
      let armed = false;
      const close = (): void => void (armed && rig.resolver.close());
      rig.resolver.start({ onState: close, onError: close, onNews: close });
      armed = when === 'first';
      rig.watch.push([pod(1)]);
      rig.watch.fail(new Error('503'));
      rig.clock.advance(10_000);
      armed ||= when === 'switch';
      rig.dns.push([pod(2)]);
      rig.watch.push([pod(1)]);
      armed ||= when === 'back';
      rig.clock.advance(60_000);
      expect([when, rig.watch.started, rig.dns.started, rig.clock.pendingTimers]).toEqual([when, false, false, 0]);
    }
  });
});

describe('sources of sources', () => {
  const context = (...factories: ResolverFactory[]) => ({
    clock: new VirtualClock(),
    random: new SeededRandom(1),
    options: { refreshIntervalMs: 5_000 },
    schemes: new SchemeRegistry(factories),
  });

  test.each<[string, (watch: ResolverFactory) => ResolverFactory]>([
    ['a fallback of a fallback', (watch) => fallback(fallback(watch, 'watch:///b'), 'watch:///c')],
    ['a cross-check of a fallback', (watch) => crossCheck(fallback(watch, 'watch:///b'), 'dns:///x')],
    ['a fallback of a cross-check', (watch) => fallback(crossCheck(watch, 'watch:///b'), 'watch:///c')],
  ])('%s with targets of its own scheme ends', (_what, make) => {
    const made = make(manualResolverFactory('watch'));
    const given = context(manualResolverFactory('dns'), made);
    expect(() => made.create(target, given)).not.toThrow();
  });

  test('two that name the targets of each other end', () => {
    const watches = fallback(manualResolverFactory('watch'), 'dns:///x');
    const names = fallback(manualResolverFactory('dns'), 'watch:///x');
    expect(() => watches.create(target, context(watches, names))).not.toThrow();
  });

  test('the inner one of two recovers for the outer one', () => {
    const inner = new ManualResolver();
    const rig = new Rig((watch) => fallback(fallback(watch, manualResolverFactory('x', inner)), 'dns:///y')).start();
    rig.watch.fail(new Error('503'));
    inner.fail(new Error('504'));
    rig.dns.push([pod(3)]);
    expect(ids(rig.last)).toEqual([pod(3).id]);
    inner.push([pod(2)]);
    rig.clock.advance(10_000);
    expect([ids(rig.last), rig.dns.closed]).toEqual([[pod(2).id], true]);
    // Those that are given as factories have the target in common.
    expect(rig.news.at(-1)).toMatchObject({ kind: 'source', from: 'dns:///y', to: 'watch:///greeter' });
    expect(rig.news.filter((news) => news.kind === 'source' && news.to.endsWith('(source 2)'))).toHaveLength(1);
    rig.watch.push([pod(1)]);
    rig.clock.advance(10_000);
    expect([ids(rig.last), inner.closed]).toEqual([[pod(1).id], true]);
    rig.resolver.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });
});

test('pods lost while a source fails: the next one is used as soon as it answers', () => {
  const rig = new Rig().start();
  rig.watch.push([pod(1)]);
  rig.watch.fail(new Error('503'));
  rig.resolver.refresh();
  rig.dns.push([pod(2)]);
  expect(ids(rig.last)).toEqual([pod(2).id]);
  rig.resolver.close();
  const well = new Rig().start();
  well.watch.push([pod(1)]);
  well.watch.fail(new Error('503'));
  well.resolver.refresh();
  well.watch.push([pod(1)]);
  well.dns.push([pod(2)]);
  well.watch.fail(new Error('503'));
  well.clock.advance(9_000);
  // It has answered since: it has its time again.
  expect(ids(well.last)).toEqual([pod(1).id]);
  well.resolver.close();
});

test('a source that holds look-ups back has its time after that', () => {
  const rig = new Rig(undefined, 30_000).start();
  rig.watch.push([pod(1)]);
  rig.resolver.refresh();
  rig.clock.advance(34_999);
  expect(rig.errors).toEqual([]);
  rig.clock.advance(1);
  expect(rig.errors).toEqual(['watch:///greeter: no answer within 35000 ms']);
  rig.resolver.close();
});

describe('who is who when the source changes', () => {
  const at = (id: string, n: number): Endpoint => ({ ...pod(n), id });
  const change = (rig: Rig): void => {
    rig.watch.fail(new Error('503'));
    rig.clock.advance(10_000);
  };

  test('what the better source does not say any more is not true any more', () => {
    const rig = new Rig().start();
    rig.watch.push([known(1, { zone: 'a', weight: 5 })]);
    change(rig);
    rig.dns.push([pod(1)]);
    expect(rig.last.endpoints[0]!.attributes).toEqual({ zone: 'a', weight: 5 });
    rig.watch.push([known(1, { zone: 'a' })]);
    rig.clock.advance(10_000);
    expect(rig.last.endpoints[0]).toMatchObject({ id: 'uid-1', attributes: { zone: 'a' } });
    expect(rig.last.endpoints[0]!.attributes).toEqual({ zone: 'a' });
    rig.resolver.close();
  });

  test('what the best one knew outlasts a change to a worse one and back to one between', () => {
    const between = new ManualResolver();
    const rig = new Rig((watch) => fallback(watch, manualResolverFactory('x', between), 'dns:///y')).start();
    rig.watch.push([known(1, { zone: 'a' })]);
    change(rig);
    between.fail(new Error('504'));
    rig.dns.push([pod(1)]);
    between.push([pod(1)]);
    rig.clock.advance(10_000);
    expect(rig.last).toMatchObject({ attributes: { resolvedBy: 'watch:///greeter (source 2)' } });
    expect(rig.last.endpoints).toEqual([{ ...known(1), attributes: { zone: 'a' } }]);
    rig.resolver.close();
  });

  test('two pods that changed their addresses meanwhile stay two', () => {
    const rig = new Rig().start();
    rig.watch.push([at('pod-0', 1), at('pod-1', 2)]);
    change(rig);
    rig.dns.push([pod(1), pod(2)]);
    expect(ids(rig.last)).toEqual(['pod-0', 'pod-1']);
    rig.watch.push([at('pod-1', 1), at('pod-0', 3)]);
    rig.clock.advance(10_000);
    expect(ids(rig.last)).toEqual(['pod-1', 'pod-0']);
    rig.resolver.close();
  });

  test('who comes under an id that another one was given has it', () => {
    const rig = new Rig().start();
    rig.watch.push([at('a', 1)]);
    change(rig);
    rig.dns.push([at('b', 1)]);
    expect(ids(rig.last)).toEqual(['a']);
    rig.dns.push([at('b', 1), at('a', 2)]);
    expect(ids(rig.last)).toEqual(['b', 'a']);
    rig.resolver.close();
  });
});

describe('what is kept on disk', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
    path = join(folder, 'greeter.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const rigOf = (): Rig => new Rig((watch) => fallback(watch, 'dns:///x', lastKnownGood(path, { fsync: false })));
  const text = (): string => (existsSync(path) && readdirSync(folder).length === 1 ? readFileSync(path, 'utf8') : '');
  const first = async (): Promise<Rig> => {
    const rig = rigOf().start();
    rig.watch.push([known(1)]);
    rig.clock.advance(0);
    await until(() => text().includes('uid-1'));
    // The confirmation of it is planned now.
    await until(() => rig.clock.pendingTimers === 1);
    return rig;
  };

  test('follows a change within a second, and does not wait for the next confirmation', async () => {
    const rig = await first();
    rig.watch.push([known(2)]);
    rig.clock.advance(1_000);
    await until(() => text().includes('uid-2'));
    rig.resolver.close();
  });

  test('has a change that came right before the source failed, as of its own time', async () => {
    const rig = await first();
    rig.watch.push([known(2)]);
    const then = new Date(rig.clock.epochNow()).toISOString();
    rig.watch.fail(new Error('503'));
    rig.clock.advance(1_000);
    await until(() => text().includes('uid-2'));
    expect(JSON.parse(text())).toMatchObject({ asOf: then });
    rig.resolver.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test.each<[string, () => unknown]>([
    ['a BigInt', () => ({ weights: 1n })],
    [
      'a cycle',
      () => {
        const config: Record<string, unknown> = {};
        return (config['config'] = config);
      },
    ],
  ])('is left alone by a config with %s, and the pods are told', (_what, config) => {
    const rig = rigOf().start();
    rig.watch.push({
      endpoints: [endpointAt({ kind: 'tcp', host: '10.0.0.1', port: 1 })],
      serviceConfig: config(),
      attributes: {},
    });
    expect([rig.states.length, rig.errors, rig.news]).toMatchObject([1, [], [{ code: 'last-known-good-unwritable' }]]);
    rig.resolver.close();
  });
});

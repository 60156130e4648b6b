import { describe, expect, test } from '@jest/globals';
import {
  endpointAt,
  InvalidOptionError,
  InvalidTargetError,
  SchemeRegistry,
  type Endpoint,
  type Resolver,
  type ResolverNews,
  type ResolverState,
  type Target,
} from '@fairlead/core';
import { ManualResolver, manualResolverFactory, SeededRandom, VirtualClock } from '@fairlead/testing';
import { pod } from '../../../test/support/virtual-pool.js';
import { crossCheck } from './cross-check.js';
import type { CrossCheckOptions } from './cross-check-options.js';

const target: Target = { scheme: 'watch', authority: '', endpoint: 'greeter', uri: 'watch:///greeter' };
/** The same host as `pod(n)`, at another port. */
const found = (n: number): Endpoint => endpointAt({ kind: 'tcp', host: `10.0.0.${n}`, port: 443 });

/** A watch and a DNS that a test drives; the DNS answers each look-up with what it knows. */
class Rig {
  readonly clock = new VirtualClock({ startMs: 1_000 });
  readonly watch = new ManualResolver();
  readonly checks = manualResolverFactory('dns');
  readonly states: ResolverState[] = [];
  readonly news: ResolverNews[] = [];
  readonly resolver: Resolver;
  dns: readonly Endpoint[] | undefined = [];

  constructor(options?: CrossCheckOptions) {
    const made = crossCheck(manualResolverFactory('watch', this.watch), 'dns:///greeter', options);
    const schemes = new SchemeRegistry([this.checks, made]);
    const context = { clock: this.clock, random: new SeededRandom(1), options: { refreshIntervalMs: 5_000 }, schemes };
    this.resolver = made.create(target, context);
    this.resolver.start({
      onState: (state) => void this.states.push(state),
      onError: () => undefined,
      onNews: (news) => void this.news.push(news),
    });
  }

  get lookUps(): number {
    // One was made to check the target.
    return this.checks.created.length - 1;
  }

  /** Passes the time of so many look-ups. */
  pass(lookUps: number): void {
    const end = this.lookUps + lookUps;
    while (this.lookUps < end) {
      this.clock.advance(1_000);
      const check = this.checks.created.at(-1)!;
      if (!check.started) continue;
      if (this.dns === undefined) check.fail(new Error('SERVFAIL'));
      else check.push(this.dns);
    }
  }
}

describe('crossCheck', () => {
  test('hands on what the watch says, asks beside it once a minute, and finds a watch that hangs', () => {
    const rig = new Rig();
    rig.watch.push([pod(1), pod(2)]);
    rig.dns = [found(1), found(2)];
    rig.pass(3);
    expect(rig.clock.now()).toBeGreaterThan(3 * 48_000);
    expect(rig.clock.now()).toBeLessThan(3 * 72_000 + 3_000);
    // A rolling update that the watch does not see.
    rig.dns = [found(3), found(4)];
    rig.pass(2);
    expect([rig.news, rig.watch.refreshes]).toEqual([[], 0]);
    rig.pass(1);
    expect(rig.news).toEqual([
      { kind: 'disagreement', active: true, unconfirmed: ['10.0.0.1', '10.0.0.2'], missed: ['10.0.0.3', '10.0.0.4'] },
    ]);
    expect(rig.watch.refreshes).toBe(1);
    rig.pass(1);
    expect([rig.news.length, rig.watch.refreshes]).toEqual([1, 2]);
    expect(rig.states).toHaveLength(1);
    // The relist helps.
    rig.watch.push([pod(3), pod(4)]);
    rig.pass(1);
    expect(rig.news.at(-1)).toEqual({ kind: 'disagreement', active: false, unconfirmed: [], missed: [] });
    expect(rig.watch.refreshes).toBe(2);
    rig.resolver.close();
    expect([rig.clock.pendingTimers, rig.watch.closed, rig.checks.created.at(-1)!.closed]).toEqual([0, true, true]);
  });

  test('pods that come and go all the time never add up to a disagreement', () => {
    const rig = new Rig({ settleMs: 0 });
    for (let n = 1; n < 20; n += 1) {
      rig.watch.push([pod(n + 1)]);
      rig.dns = [found(n)];
      rig.pass(1);
    }
    expect(rig.news).toEqual([]);
    rig.resolver.close();
  });

  test('DNS may lag: a pod that came or went just now is not missed', () => {
    const rig = new Rig({ disagreements: 1, settleMs: 100_000 });
    rig.watch.push([pod(1), pod(2)]);
    rig.dns = [found(1)];
    rig.pass(1);
    rig.watch.push([pod(2)]);
    rig.dns = [found(1), found(2)];
    rig.pass(1);
    expect(rig.news).toEqual([]);
    rig.pass(2);
    expect(rig.news).toMatchObject([{ active: true, unconfirmed: [], missed: ['10.0.0.1'] }]);
    rig.resolver.close();
  });

  test('only ready pods must be confirmed, and those that terminate are no surprise', () => {
    const rig = new Rig({ disagreements: 1, settleMs: 0 });
    const terminating = { ...pod(2), attributes: { ready: false, serving: true, terminating: true } };
    rig.watch.push([pod(1), terminating, { ...pod(3), attributes: { ready: false } }]);
    rig.dns = [found(1)];
    rig.pass(2);
    rig.dns = [found(1), found(2)];
    rig.pass(2);
    expect(rig.news).toEqual([]);
    rig.resolver.close();
  });

  test('one of the addresses of a pod is enough, in any spelling', () => {
    const rig = new Rig({ disagreements: 1, settleMs: 0 });
    const ip6 = (host: string): Endpoint => endpointAt({ kind: 'tcp', host, port: 1 });
    rig.watch.push([{ ...pod(1), addresses: [pod(1).addresses[0], ip6('fd00:0:0::1').addresses[0]] }]);
    rig.dns = [ip6('fd00::1')];
    rig.pass(2);
    expect(rig.news).toEqual([]);
    rig.resolver.close();
  });

  test('a look-up that fails, or never answers, says nothing and is repeated', () => {
    const rig = new Rig({ disagreements: 2, settleMs: 0 });
    rig.watch.push([pod(1)]);
    rig.dns = undefined;
    rig.pass(5);
    rig.clock.advance(500_000);
    expect(rig.lookUps).toBeGreaterThan(8);
    expect(rig.checks.created.filter(({ started }) => started).length).toBeLessThan(2);
    expect(rig.news).toEqual([]);
    rig.resolver.close();
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('asks nobody before the watch has answered', () => {
    const rig = new Rig();
    rig.clock.advance(600_000);
    expect(rig.lookUps).toBe(0);
    rig.resolver.close();
  });

  test.each<[() => unknown, string]>([
    [() => crossCheck({} as never, 'dns:///x'), 'watch: {} (expected: a target or a resolver factory)'],
    [() => crossCheck(manualResolverFactory('watch'), 5 as never), 'check: 5 (expected: a target or'],
    [() => new Rig({ intervalMs: 5 }), 'crossCheck.intervalMs: 5'],
    [() => new Rig({ disagreements: 0 }), 'crossCheck.disagreements: 0'],
  ])('refuses what makes no sense (%#)', (make, message) => {
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(message);
  });

  test('a bad target fails when the channel is made', () => {
    const factory = crossCheck(manualResolverFactory('watch'), 'kubernetes:///x');
    const schemes = new SchemeRegistry([factory], { defaultScheme: 'watch' });
    const context = {
      clock: new VirtualClock(),
      random: new SeededRandom(1),
      options: { refreshIntervalMs: 5_000 },
      schemes,
    };
    expect(() => factory.create(target, context)).toThrow(InvalidTargetError);
  });
});

describe('crossCheck with sources that do what they must not', () => {
  /** A cross-check of these two, that its test starts. */
  function checked(
    watch: Resolver,
    check: () => Resolver,
  ): { resolver: Resolver; clock: VirtualClock; told: string[] } {
    const clock = new VirtualClock({ startMs: 1_000 });
    const made = crossCheck({ schemes: ['watch'], create: () => watch }, { schemes: ['x'], create: check });
    const schemes = new SchemeRegistry([made]);
    const options = { refreshIntervalMs: 5_000 };
    const resolver = made.create(target, { clock, random: new SeededRandom(1), options, schemes });
    const told: string[] = [];
    resolver.start({
      onState: ({ endpoints }) => void told.push(`${endpoints.length} pods`),
      onError: ({ message }) => void told.push(message),
      onNews: ({ kind }) => void told.push(kind),
    });
    return { resolver, clock, told };
  }

  const noop = (): void => undefined;
  const answering = (state: unknown): Resolver => ({
    start: (listener) => listener.onState(state as ResolverState, 0),
    refresh: noop,
    close: noop,
  });

  test.each<[string, () => Resolver]>([
    [
      'cannot be made',
      () => {
        throw new Error('gone');
      },
    ],
    [
      'cannot be closed',
      () => ({
        ...answering({ endpoints: [], attributes: {} }),
        close: () => {
          throw new Error('EBUSY');
        },
      }),
    ],
    ['answers nothing', () => answering(undefined)],
    ['answers nonsense', () => answering({ endpoints: [null], attributes: {} })],
  ])('a look-up that %s says nothing, and the next one comes', (_what, make) => {
    const watch = new ManualResolver();
    let looks = -1;
    const { resolver, clock, told } = checked(watch, () => {
      looks += 1;
      return looks === 0 ? answering(undefined) : make();
    });
    watch.push([]);
    clock.advance(600_000);
    expect([looks >= 8, told]).toEqual([true, ['0 pods']]);
    resolver.close();
    expect([watch.closed, clock.pendingTimers]).toEqual([true, 0]);
  });

  test('what the pool asks for is a look; a disagreement is a doubt, which no fresh word of the watch answers', () => {
    const doubts: (boolean | undefined)[] = [];
    const watch = new (class extends ManualResolver {
      override refresh(doubted?: boolean): void {
        doubts.push(doubted);
      }
    })();
    const { resolver, clock } = checked(watch, () => answering({ endpoints: [found(2)], attributes: {} }));
    watch.push([pod(1)]);
    resolver.refresh();
    clock.advance(240_000);
    expect(doubts.slice(0, 2)).toEqual([undefined, true]);
    resolver.close();
  });

  test('a watch that answers nonsense, or cannot look anew, has failed and nothing else', () => {
    const watch = new (class extends ManualResolver {
      override refresh(): void {
        throw new Error('no connection');
      }
    })();
    const { resolver, clock, told } = checked(watch, () => answering({ endpoints: [found(2)], attributes: {} }));
    watch.push(undefined as never, 1_000);
    watch.push([pod(1)]);
    clock.advance(600_000);
    expect(told[0]).toContain('undefined');
    expect(told.slice(1, 4)).toEqual(['1 pods', 'disagreement', 'no connection']);
    resolver.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('a look-up that answers when it is closed leaves nothing', () => {
    const watch = new ManualResolver();
    let listener: Parameters<Resolver['start']>[0] | undefined;
    const late: Resolver = {
      start: (given) => (listener = given),
      refresh: noop,
      close: () => listener?.onState({ endpoints: [], attributes: {} }, 0),
    };
    const { resolver, clock } = checked(watch, () => late);
    watch.push([pod(1)]);
    clock.advance(75_000);
    expect(listener).toBeDefined();
    resolver.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

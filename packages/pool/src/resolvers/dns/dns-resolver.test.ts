import { beforeEach, describe, expect, test } from '@jest/globals';
import { endpointAt } from '@fairlead/core';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { DnsResolver, type DnsResolverOptions } from './dns-resolver.js';
import type { FoundPods, PodLookup } from './lookup.js';
import type { ServiceConfigWatch } from './service-config-watch.js';

interface Asked {
  readonly at: number;
  answer(found: FoundPods): void;
  fail(error: unknown): void;
}

function found(addresses: readonly string[], ttlSeconds: number | undefined): FoundPods {
  const endpoints = addresses.map((host) => endpointAt({ kind: 'tcp', host, port: 80 }));
  return { endpoints, ttlSeconds, name: 'greeter.prod' };
}

/** A resolver of `greeter:80` over look-ups that the test answers. */
class Fixture {
  readonly clock = new VirtualClock();
  readonly asked: Asked[] = [];
  readonly told: unknown[] = [];
  cancels = 0;
  readonly resolver: DnsResolver;
  readonly #lookup: PodLookup = {
    find: () =>
      new Promise((resolve, reject) => {
        this.asked.push({ at: this.clock.now(), answer: resolve, fail: reject });
      }),
    cancel: () => {
      this.cancels += 1;
      this.asked.at(-1)?.fail(new Error('cancelled'));
    },
  };

  constructor(refreshIntervalMs = 5_000, options: Partial<DnsResolverOptions> = {}) {
    const { clock } = this;
    const random = new SeededRandom(1);
    this.resolver = new DnsResolver({
      host: 'greeter',
      lookup: this.#lookup,
      refreshIntervalMs,
      minRefreshIntervalMs: 100,
      lookupTimeoutMs: 10_000,
      watchConfig: undefined,
      clock,
      random,
      ...options,
    });
  }

  start(): this {
    this.resolver.start({
      onState: ({ endpoints, attributes, serviceConfig }, startedAt) => {
        const config = serviceConfig === undefined ? {} : { config: serviceConfig };
        const ids = endpoints.map((endpoint) => endpoint.id);
        this.told.push({ ids, ttl: attributes['ttlSeconds'], startedAt, ...config });
      },
      onError: (error, startedAt) => this.told.push({ error: error.message, startedAt }),
    });
    return this;
  }

  get times(): number[] {
    return this.asked.map(({ at }) => at);
  }

  async answer(ttlSeconds?: number, addresses = ['10.0.0.1']): Promise<void> {
    this.asked.at(-1)!.answer(found(addresses, ttlSeconds));
    await this.clock.advanceAsync(0);
  }

  async fail(error: unknown = new Error('SERVFAIL')): Promise<void> {
    this.asked.at(-1)!.fail(error);
    await this.clock.advanceAsync(0);
  }
}

describe('DnsResolver', () => {
  test('does nothing before it is started', () => {
    const fixture = new Fixture();
    fixture.resolver.refresh();
    fixture.clock.advance(60_000);
    expect(fixture.asked).toEqual([]);
    expect(fixture.clock.pendingTimers).toBe(0);
  });

  test('tells every address as a pod, with the time at which the look-up began', async () => {
    const fixture = new Fixture().start();
    fixture.clock.advance(30);
    await fixture.answer(60, ['10.0.0.1', 'fd00::1']);
    expect(fixture.told).toEqual([{ ids: ['10.0.0.1:80', '[fd00::1]:80'], ttl: 60, startedAt: 0 }]);
  });

  test('looks again every interval while all is well', async () => {
    const fixture = new Fixture(5_000).start();
    for (let round = 0; round < 3; round += 1) {
      await fixture.answer(300);
      await fixture.clock.advanceAsync(5_000);
    }
    expect(fixture.times).toEqual([0, 5_000, 10_000, 15_000]);
  });

  test.each([
    [2, 2_000],
    [1, 1_000],
    [0, 1_000],
    [undefined, 5_000],
    [600, 5_000],
  ])('with a TTL of %j s looks again after %j ms', async (ttlSeconds, delayMs) => {
    const fixture = new Fixture(5_000).start();
    await fixture.answer(ttlSeconds);
    await fixture.clock.advanceAsync(delayMs - 1);
    expect(fixture.times).toEqual([0]);
    await fixture.clock.advanceAsync(1);
    expect(fixture.times).toEqual([0, delayMs]);
  });

  test('looks at once when asked, but not twice within 100 ms', async () => {
    const fixture = new Fixture().start();
    await fixture.answer();
    await fixture.clock.advanceAsync(1_000);
    fixture.resolver.refresh();
    fixture.resolver.refresh();
    await fixture.clock.advanceAsync(0);
    expect(fixture.times).toEqual([0, 1_000]);
    await fixture.answer();
    fixture.resolver.refresh();
    await fixture.clock.advanceAsync(99);
    expect(fixture.times).toEqual([0, 1_000]);
    await fixture.clock.advanceAsync(1);
    expect(fixture.times).toEqual([0, 1_000, 1_100]);
  });

  test('does not take a look-up under way for an answer to a later question', async () => {
    const fixture = new Fixture().start();
    await fixture.clock.advanceAsync(40);
    fixture.resolver.refresh();
    fixture.resolver.refresh();
    await fixture.clock.advanceAsync(10);
    await fixture.answer();
    expect(fixture.times).toEqual([0]);
    await fixture.clock.advanceAsync(50);
    expect(fixture.times).toEqual([0, 100]);
    await fixture.answer();
    expect(fixture.told).toMatchObject([{ startedAt: 0 }, { startedAt: 100 }]);
    await fixture.clock.advanceAsync(4_999);
    expect(fixture.times).toHaveLength(2);
  });

  test('backs off after errors, never longer than the interval, and forgets that after a success', async () => {
    const fixture = new Fixture(3_000).start();
    const gaps: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await fixture.fail();
      const before = fixture.times.at(-1)!;
      await fixture.clock.advanceAsync(fixture.clock.nextTimerAt! - fixture.clock.now());
      gaps.push(fixture.times.at(-1)! - before);
    }
    gaps.forEach((gap, round) => {
      expect(gap).toBeGreaterThanOrEqual(Math.min(1_000 * 1.6 ** round * 0.8, 3_000));
      expect(gap).toBeLessThanOrEqual(Math.min(1_000 * 1.6 ** round * 1.2, 3_000) + 1e-6);
    });
    expect(fixture.told).toContainEqual({ error: 'SERVFAIL', startedAt: 0 });
    await fixture.answer();
    await fixture.clock.advanceAsync(3_000);
    await fixture.fail('text');
    await fixture.clock.advanceAsync(1_200);
    expect(fixture.told.at(-1)).toMatchObject({ error: 'text' });
    expect(fixture.times.at(-1)).toBe(fixture.clock.nextTimerAt! - 10_000);
  });

  test('gives a look-up up after 10 s, says so once, and goes on', async () => {
    const fixture = new Fixture(60_000).start();
    await fixture.clock.advanceAsync(10_000);
    expect(fixture.told).toEqual([{ error: 'DNS look-up of greeter: no answer within 10000 ms', startedAt: 0 }]);
    expect(fixture.cancels).toBe(1);
    await fixture.clock.advanceAsync(1_200);
    expect(fixture.asked).toHaveLength(2);
    fixture.asked[0]!.answer(found(['10.0.0.1'], 1));
    await fixture.clock.advanceAsync(0);
    expect(fixture.told).toHaveLength(1);
  });

  test('keeps the distance that it is told to keep: after an answer, after an error, and whatever the TTL', async () => {
    const fixture = new Fixture(60_000, { minRefreshIntervalMs: 30_000 }).start();
    await fixture.answer(2);
    await fixture.clock.advanceAsync(10_000);
    for (let asked = 0; asked < 50; asked += 1) fixture.resolver.refresh();
    await fixture.clock.advanceAsync(19_999);
    expect(fixture.times).toEqual([0]);
    await fixture.clock.advanceAsync(1);
    expect(fixture.times).toEqual([0, 30_000]);
    await fixture.fail();
    fixture.resolver.refresh();
    await fixture.clock.advanceAsync(29_999);
    expect(fixture.times).toHaveLength(2);
    await fixture.clock.advanceAsync(1);
    expect(fixture.times).toEqual([0, 30_000, 60_000]);
  });

  test('adds nothing to that distance when it has passed already', async () => {
    const fixture = new Fixture(60_000, { minRefreshIntervalMs: 30_000 }).start();
    await fixture.answer();
    await fixture.clock.advanceAsync(40_000);
    fixture.resolver.refresh();
    await fixture.clock.advanceAsync(0);
    expect(fixture.times).toEqual([0, 40_000]);
  });

  test('gives a look-up up after the time that it is told', async () => {
    const fixture = new Fixture(60_000, { lookupTimeoutMs: 300 }).start();
    await fixture.clock.advanceAsync(300);
    expect(fixture.told).toEqual([{ error: 'DNS look-up of greeter: no answer within 300 ms', startedAt: 0 }]);
  });

  describe('with a service config', () => {
    /** A watch that the test answers for. */
    class FakeWatch {
      part: { serviceConfig?: unknown } | undefined;
      readonly asked: unknown[] = [];
      closed = false;
      onNews: () => void = () => undefined;
      ask(name: string | undefined): void {
        this.asked.push(name);
      }
      close(): void {
        this.closed = true;
      }
      know(part: { serviceConfig?: unknown }): void {
        this.part = part;
        this.onNews();
      }
    }
    let watch: FakeWatch;
    let fixture: Fixture;
    const ids = ['10.0.0.1:80'];

    beforeEach(() => {
      watch = new FakeWatch();
      const watchConfig = (onNews: () => void): ServiceConfigWatch => {
        watch.onNews = onNews;
        return watch as unknown as ServiceConfigWatch;
      };
      fixture = new Fixture(5_000, { watchConfig }).start();
    });

    test('tells the first pods together with it, and asks for it by the name that the DNS has them under', async () => {
      watch.know({ serviceConfig: { early: true } });
      watch.part = undefined;
      await fixture.answer();
      expect([watch.asked, fixture.told]).toEqual([['greeter.prod'], []]);
      watch.know({ serviceConfig: { a: 1 } });
      expect(fixture.told).toMatchObject([{ ids, config: { a: 1 }, startedAt: 0 }]);
    });

    test('tells the same pods again when it changes, as old as they are', async () => {
      watch.part = {};
      await fixture.answer();
      await fixture.clock.advanceAsync(1_000);
      watch.know({ serviceConfig: { b: 2 } });
      expect(fixture.told).toEqual([
        { ids, ttl: undefined, startedAt: 0 },
        { ids, ttl: undefined, startedAt: 0, config: { b: 2 } },
      ]);
    });

    test('does not let its news hide an error that came after the pods', async () => {
      watch.part = {};
      await fixture.answer();
      await fixture.clock.advanceAsync(5_000);
      await fixture.fail();
      watch.know({ serviceConfig: { c: 3 } });
      expect(fixture.told).toMatchObject([{ ids }, { error: 'SERVFAIL' }]);
      await fixture.clock.advanceAsync(1_200);
      await fixture.answer();
      expect(fixture.told.at(-1)).toMatchObject({ ids, config: { c: 3 } });
    });

    test('tells pods that still wait for it also after an error', async () => {
      await fixture.answer();
      fixture.resolver.refresh();
      await fixture.clock.advanceAsync(100);
      await fixture.fail();
      watch.know({});
      expect(fixture.told).toMatchObject([{ error: 'SERVFAIL' }, { ids, startedAt: 0 }]);
    });

    test('closes it, and tells nothing afterwards', async () => {
      await fixture.answer();
      fixture.resolver.close();
      expect(watch.closed).toBe(true);
      watch.know({});
      expect(fixture.told).toEqual([]);
    });
  });

  test.each(['while a look-up runs', 'between two look-ups'])('leaves nothing behind when closed %s', async (when) => {
    const fixture = new Fixture().start();
    if (when.startsWith('between')) await fixture.answer();
    const told = fixture.told.length;
    fixture.resolver.close();
    fixture.resolver.close();
    expect(fixture.clock.pendingTimers).toBe(0);
    expect(fixture.cancels).toBeGreaterThanOrEqual(1);
    fixture.resolver.refresh();
    await fixture.clock.advanceAsync(60_000);
    expect(fixture.told).toHaveLength(told);
    expect(fixture.asked).toHaveLength(1);
  });

  test('may be closed or asked again by whoever hears an answer', async () => {
    const fixture = new Fixture();
    fixture.resolver.start({
      onState: () => fixture.resolver.close(),
      onError: () => fixture.resolver.refresh(),
    });
    await fixture.fail();
    await fixture.clock.advanceAsync(100);
    expect(fixture.times).toEqual([0, 100]);
    await fixture.answer();
    expect(fixture.clock.pendingTimers).toBe(0);
  });
});

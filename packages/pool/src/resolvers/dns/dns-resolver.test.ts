import { describe, expect, test } from '@jest/globals';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { DnsResolver } from './dns-resolver.js';
import type { Lookup, LookupResult } from './lookup.js';

interface Asked {
  readonly at: number;
  answer(result: LookupResult): void;
  fail(error: unknown): void;
}

/** A resolver of `greeter:80` over look-ups that the test answers. */
class Fixture {
  readonly clock = new VirtualClock();
  readonly asked: Asked[] = [];
  readonly told: unknown[] = [];
  cancels = 0;
  readonly resolver: DnsResolver;
  readonly #lookup: Lookup = {
    resolve: () =>
      new Promise((resolve, reject) => {
        this.asked.push({ at: this.clock.now(), answer: resolve, fail: reject });
      }),
    cancel: () => {
      this.cancels += 1;
      this.asked.at(-1)?.fail(new Error('cancelled'));
    },
  };

  constructor(refreshIntervalMs = 5_000) {
    const { clock } = this;
    const random = new SeededRandom(1);
    this.resolver = new DnsResolver({
      host: 'greeter',
      port: 80,
      lookup: this.#lookup,
      refreshIntervalMs,
      clock,
      random,
    });
  }

  start(): this {
    this.resolver.start({
      onState: ({ endpoints, attributes }, startedAt) => {
        this.told.push({ ids: endpoints.map((endpoint) => endpoint.id), ttl: attributes['ttlSeconds'], startedAt });
      },
      onError: (error, startedAt) => this.told.push({ error: error.message, startedAt }),
    });
    return this;
  }

  get times(): number[] {
    return this.asked.map(({ at }) => at);
  }

  async answer(ttlSeconds?: number, addresses = ['10.0.0.1']): Promise<void> {
    this.asked.at(-1)!.answer({ addresses, ttlSeconds });
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
    fixture.asked[0]!.answer({ addresses: ['10.0.0.1'], ttlSeconds: 1 });
    await fixture.clock.advanceAsync(0);
    expect(fixture.told).toHaveLength(1);
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

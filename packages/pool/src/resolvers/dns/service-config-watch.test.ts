import { beforeEach, describe, expect, test } from '@jest/globals';
import { SeededRandom, VirtualClock } from '@fairlead/testing';
import { ServiceConfigWatch, type ConfigPart } from './service-config-watch.js';

type Records = readonly (readonly string[])[];

/** A watch whose look-ups the test answers; the records are `[[json]]`. */
class Fixture {
  readonly clock = new VirtualClock();
  readonly asked: { name: string; at: number; answer: (records: Records) => void; fail: (error: unknown) => void }[] =
    [];
  readonly news: (ConfigPart | undefined)[] = [];
  cancels = 0;
  readonly watch = new ServiceConfigWatch({
    lookup: {
      find: (name) => new Promise((answer, fail) => this.asked.push({ name, at: this.clock.now(), answer, fail })),
      cancel: () => {
        this.cancels += 1;
        this.asked.at(-1)?.fail(new Error('cancelled'));
      },
    },
    choose: ([first]) => (first === undefined ? undefined : { serviceConfig: JSON.parse(first[0]!) as unknown }),
    lookupTimeoutMs: 10_000,
    clock: this.clock,
    random: new SeededRandom(1),
    onNews: () => this.news.push(this.watch.part),
  });

  async answer(...records: string[]): Promise<void> {
    this.asked.at(-1)!.answer(records.map((text) => [text]));
    await this.clock.advanceAsync(0);
  }

  async fail(): Promise<void> {
    this.asked.at(-1)!.fail(new Error('SERVFAIL'));
    await this.clock.advanceAsync(0);
  }

  /** Asks every second until the next look-up begins, and tells how long that took. */
  async wait(name = 'a'): Promise<number> {
    const before = this.asked.length;
    const since = this.clock.now();
    for (let s = 0; this.asked.length === before && s < 2_000; s += 1) {
      await this.clock.advanceAsync(1_000);
      this.watch.ask(name);
    }
    return this.clock.now() - since;
  }
}

describe('ServiceConfigWatch', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
    fixture.watch.ask('a');
  });

  test('asks for the TXT records below _grpc_config, and knows nothing until they come', async () => {
    expect(fixture.asked).toMatchObject([{ name: '_grpc_config.a', at: 0 }]);
    expect(fixture.watch.part).toBeUndefined();
    await fixture.answer('{"a":1}');
    expect(fixture.news).toEqual([{ serviceConfig: { a: 1 } }]);
    expect(fixture.clock.pendingTimers).toBe(0);
  });

  test('asks for a config again after half a minute, and tells of it only when it is another one', async () => {
    await fixture.answer('{"a":1}');
    const gaps = [await fixture.wait()];
    await fixture.answer('{"a":1}');
    gaps.push(await fixture.wait());
    await fixture.answer('{"a":2}');
    for (const gap of gaps) expect(gap >= 24_000 && gap <= 37_000).toBe(true);
    expect(fixture.news).toEqual([{ serviceConfig: { a: 1 } }, { serviceConfig: { a: 2 } }]);
  });

  test('asks less and less often where there is none, ten minutes apart in the end', async () => {
    const gaps: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      await fixture.answer();
      gaps.push(await fixture.wait());
    }
    gaps.forEach((gap, round) => {
      const base = Math.min(30_000 * 2 ** round, 600_000);
      expect(gap >= base * 0.8 && gap <= base * 1.2 + 1_000).toBe(true);
    });
    expect(fixture.news).toEqual([{}]);
  });

  test('says that it could not find out, and tries again with a backoff of its own', async () => {
    await fixture.answer('{"a":1}');
    await fixture.wait();
    const gaps: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      await fixture.fail();
      gaps.push(await fixture.wait());
    }
    gaps.forEach((gap, round) => {
      const base = Math.min(1_000 * 1.6 ** round, 120_000);
      expect(gap >= base * 0.8 && gap <= base * 1.2 + 1_000).toBe(true);
    });
    await fixture.answer('{"a":1}');
    expect(fixture.news).toEqual([
      { serviceConfig: { a: 1 } },
      { serviceConfigError: new Error('SERVFAIL') },
      { serviceConfig: { a: 1 } },
    ]);
  });

  test('takes records that cannot be read for the same', async () => {
    await fixture.answer('{');
    expect(fixture.news).toEqual([{ serviceConfigError: expect.any(SyntaxError) }]);
  });

  test('lets the first addresses wait for a second, and tells what comes later', async () => {
    await fixture.clock.advanceAsync(999);
    expect(fixture.news).toEqual([]);
    await fixture.clock.advanceAsync(1);
    const late = new Error('DNS look-up of _grpc_config.a: no answer within 1000 ms');
    expect(fixture.news).toEqual([{ serviceConfigError: late }]);
    fixture.watch.ask('a');
    await fixture.answer('{"a":1}');
    expect(fixture.asked).toHaveLength(1);
    expect(fixture.news).toEqual([{ serviceConfigError: late }, { serviceConfig: { a: 1 } }]);
  });

  test('gives a look-up up when its time is over', async () => {
    await fixture.clock.advanceAsync(10_000);
    expect(fixture.watch.part).toEqual({
      serviceConfigError: new Error('DNS look-up of _grpc_config.a: no answer within 10000 ms'),
    });
    expect([fixture.cancels, fixture.clock.pendingTimers]).toEqual([1, 0]);
    expect(await fixture.wait()).toBeLessThanOrEqual(2_000);
  });

  test('has no later look-up in the way of addresses', async () => {
    await fixture.answer('{"a":1}');
    await fixture.wait();
    expect(fixture.watch.part).toEqual({ serviceConfig: { a: 1 } });
  });

  test('asks at once when the name is another one, and knows of none where the DNS was not asked', async () => {
    await fixture.answer();
    fixture.watch.ask('b');
    expect(fixture.asked.at(-1)).toMatchObject({ name: '_grpc_config.b', at: 0 });
    fixture.watch.ask(undefined);
    await fixture.clock.advanceAsync(0);
    expect([fixture.watch.part, fixture.cancels, fixture.news]).toEqual([{}, 1, [{}]]);
  });

  test('leaves nothing behind when it is closed', async () => {
    fixture.watch.close();
    fixture.watch.close();
    await fixture.clock.advanceAsync(60_000);
    expect([fixture.news, fixture.cancels, fixture.clock.pendingTimers]).toEqual([[], 1, 0]);
  });
});
